-- Genuine leads among those reconfirmed, and how many nobody knows of: lead.genuine_rate.
-- Reads  published.lead_day_sums, published.lead_source
with lead as (
    select d.*
    from published.lead_day_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :lead_day_grain
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
),

source as (
    select
        source_code,
        source_group
    from published.lead_source
    where refresh_id = :refresh_id
),

grouped as (
    select
        l.genuine,
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
        l.genuine + l.fake as reconfirmed
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
        sum(genuine) as numerator,
        sum(reconfirmed) as denominator,
        sum(leads) as leads
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
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high,
        leads - denominator as unknown,
        (leads - denominator) / nullif(leads, 0) as unknown_share
    from added
    order by day, week, month, region, branch, source, source_group
)

select *
from final
