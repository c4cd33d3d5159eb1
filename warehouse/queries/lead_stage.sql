-- The cohort funnel: leads that got to each stage or further: lead.stage_rate.
-- Reads  published.lead_day_sums, published.lead_source
-- Why    a lead counts in every stage before the furthest it got to, so the funnel can only fall.
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
        l.leads,
        l.at_genuine,
        l.at_reached,
        l.at_invited,
        l.at_attended,
        l.at_ordered,
        l.at_ordered_again,
        l.at_referred,
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
        end as source_group
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
        sum(leads) as collected,
        sum(at_genuine) as at_genuine,
        sum(at_reached) as at_reached,
        sum(at_invited) as at_invited,
        sum(at_attended) as at_attended,
        sum(at_ordered) as at_ordered,
        sum(at_ordered_again) as at_ordered_again,
        sum(at_referred) as at_referred
    from grouped
    group by day, week, month, region, branch, source, source_group
),

staged as (
    select
        a.day,
        a.week,
        a.month,
        a.region,
        a.branch,
        a.source,
        a.source_group,
        a.collected,
        t.stage,
        t.part,
        t.numerator,
        t.denominator
    from added as a
    cross join lateral (
        values
        (1, 'collected', a.collected, a.collected),
        (2, 'genuine', a.at_genuine, a.collected),
        (3, 'reached', a.at_reached, a.at_genuine),
        (4, 'invited', a.at_invited, a.at_reached),
        (5, 'attended', a.at_attended, a.at_invited),
        (6, 'ordered', a.at_ordered, a.at_attended),
        (7, 'ordered_again', a.at_ordered_again, a.at_ordered),
        (8, 'referred', a.at_referred, a.at_ordered_again)
    ) as t (stage, part, numerator, denominator)
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
        part,
        numerator,
        denominator,
        collected,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high,
        numerator / nullif(collected, 0) as share,
        published.wilson_low(numerator, collected) as share_low,
        published.wilson_high(numerator, collected) as share_high
    from staged
    order by day, week, month, region, branch, source, source_group, stage
)

select *
from final
