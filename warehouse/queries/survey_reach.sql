-- Active customers who were sent an invitation in the month: survey.reach.
-- Reads  published.survey_reach
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
with month as (
    select m.*
    from published.survey_reach as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or m.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select max(slice_on) as slice_on from month
),

standing as (
    select
        m.active,
        m.invited,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch
    from month as m
    inner join newest as n on m.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
),

added as (
    select
        month,
        region,
        branch,
        sum(invited) as numerator,
        sum(active) as denominator
    from standing
    group by month, region, branch
),

final as (
    select
        month,
        region,
        branch,
        numerator,
        denominator,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by month, region, branch
)

select *
from final
