-- Leads that ordered within 90 days, by the number of the four marks that they have: lead.marks_conversion.
-- Reads  published.lead_mark_sums, published.lead_source, published.feed_status
-- Why    a lead has had its 90 days when 90 whole days after its day of collection are over. Where one of its marks is not
--        known, nor is their number: those stand together, without one. Days matter in the month alone in which leads begin to
--        be pending.
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

lead as (
    select d.*
    from published.lead_mark_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = case when d.slice_on = (select b.month_on from border as b) then :lead_mark_border_grain else :lead_mark_grain end
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
        and (cast(:marks as text[]) = '{}' or cast(d.marks as text) = any(cast(:marks as text[])))
),

source as materialized (
    select
        source_code,
        source_group
    from published.lead_source
    where
        refresh_id = :refresh_id
        and ('source_group' = any(cast(:by as text[])) or cast(:source_group as text[]) <> '{}')
),

grouped as (
    select
        l.leads,
        l.ordered_in_90,
        case when 'day' = any(cast(:by as text[])) then l.collected_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', l.collected_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', l.collected_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then l.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then l.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then l.source_code end as source,
        case when 'source_group' = any(cast(:by as text[])) then s.source_group end as source_group,
        case when 'marks' = any(cast(:by as text[])) then cast(l.marks as text) end as marks,
        l.collected_on < (select b.pending_on from border as b) as is_due
    from lead as l
    left join source as s on l.source_code = s.source_code
    where cast(:source_group as text[]) = '{}' or s.source_group = any(cast(:source_group as text[]))
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
        marks,
        coalesce(sum(ordered_in_90) filter (where is_due), 0) as numerator,
        coalesce(sum(leads) filter (where is_due), 0) as denominator,
        coalesce(sum(leads) filter (where not is_due), 0) as pending
    from grouped
    group by day, week, month, region, branch, source, source_group, marks
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
        marks,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by day, week, month, region, branch, source, source_group, marks
)

select *
from final
