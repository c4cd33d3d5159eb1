-- Leads that ordered, of those that had their time: lead.conversion_30, _90, _180 and, whatever the time, _ever.
-- Reads  published.lead_day_sums, published.lead_source, published.feed_status
-- Why    a lead has had its N days when N whole days after its day of collection are over; those that have not are pending.
--        A lead whose day is unknown is neither. Days matter in the month alone in which leads begin to be pending.
with known as (
    select least(min(f.heard_on) filter (where f.feed = 'orders'), max(f.data_on)) - cast(:mature_days as integer) as pending_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('leads', 'orders')
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

source as (
    select
        source_code,
        source_group
    from published.lead_source
    where refresh_id = :refresh_id
),

lead as (
    select d.*
    from published.lead_day_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = case when d.slice_on = (select b.month_on from border as b) then :lead_day_border_grain else :lead_day_grain end
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
),

grouped as (
    select
        l.leads,
        case when 'day' = any(cast(:by as text[])) then l.collected_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', l.collected_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', l.collected_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then l.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then l.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then l.source_code end as source,
        case
            when 'source_group' = any(cast(:by as text[]))
                then (
                    select s.source_group from source as s
                    where s.source_code = l.source_code
                )
        end as source_group,
        case :metric
            when 'lead.conversion_30' then l.ordered_in_30
            when 'lead.conversion_90' then l.ordered_in_90
            when 'lead.conversion_180' then l.ordered_in_180
            when 'lead.conversion_ever' then l.ordered
        end as ordered,
        :metric = 'lead.conversion_ever' or l.collected_on < (select b.pending_on from border as b) as is_due
    from lead as l
    where
        cast(:source_group as text[]) = '{}'
        or l.source_code in (
            select s.source_code from source as s
            where s.source_group = any(cast(:source_group as text[]))
        )
),

added as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        coalesce(sum(ordered) filter (where is_due), 0) as numerator,
        coalesce(sum(leads) filter (where is_due), 0) as denominator,
        coalesce(sum(leads) filter (where not is_due), 0) as pending
    from grouped
    group by day, week, month, region, branch, source, source_group
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by day, week, month, region, branch, source, source_group
)

select *
from final
