-- Leads screened in time, of those that were due: lead.screened_on_time_rate.
-- Reads  published.lead_call_sums, published.lead_source, published.feed_status
-- Why    a lead is due when the whole days that its source gives are over; those that are not yet are pending, screened or not.
with known as materialized (
    select least(min(f.heard_on) filter (where f.feed = 'contacts'), max(f.data_on)) as data_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('leads', 'contacts')
),

longest as (
    select coalesce(max(d.screening_days), 0) as most_days
    from published.lead_call_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :lead_call_grain
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
),

border as materialized (
    select
        k.data_on,
        cast(date_trunc('month', k.data_on - l.most_days) as date) as month_on
    from known as k
    cross join longest as l
),

lead as (
    select d.*
    from published.lead_call_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = case when d.slice_on >= (select b.month_on from border as b) then :lead_call_border_grain else :lead_call_grain end
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
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
        l.screened_in_time,
        case when 'day' = any(cast(:by as text[])) then l.collected_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', l.collected_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', l.collected_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then l.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then l.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then l.source_code end as source,
        case when 'source_group' = any(cast(:by as text[])) then s.source_group end as source_group,
        l.collected_on + l.screening_days < (select b.data_on from border as b) as is_due
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
        coalesce(sum(screened_in_time) filter (where is_due), 0) as numerator,
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
