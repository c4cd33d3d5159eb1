-- Customers who ordered again in a later quarter, of those first won in a quarter: retention.cohort.
-- Reads  published.retention_cohort, published.feed_status, published.setting
-- Why    a quarter is over once the orders reach its last day; the one that runs is pending. By age every quarter since the first
--        is told; else the last that is over alone, so that nobody counts twice. A cohort counts whole, whatever part of its
--        quarter lies in the period.
with zone as (
    select value as name from published.setting
    where name = 'reporting_zone'
),

running as (
    select cast(date_trunc('quarter', cast(max(f.data_until) at time zone max(z.name) as date) + interval '1 day') as date) as quarter_on
    from published.feed_status as f
    cross join zone as z
    where f.refresh_id = :refresh_id and f.feed = 'orders'
),

ordered as (
    select
        c.slice_on,
        c.cohort_on,
        case when 'region' = any(cast(:by as text[])) then c.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then c.branch_id end as branch,
        sum(c.customers) as customers
    from published.retention_cohort as c
    where
        c.refresh_id = :refresh_id
        and (cast(:from_on as date) is null or c.cohort_on >= date_trunc('quarter', cast(:from_on as timestamp)))
        and (cast(:until_on as date) is null or c.cohort_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or c.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or c.branch_id = any(cast(:branches as text[])))
    group by c.slice_on, c.cohort_on, region, branch
),

entry as (
    select
        o.region,
        o.branch,
        o.cohort_on,
        cast(q.quarter_on as date) as quarter_on,
        o.customers,
        0 as came
    from ordered as o
    cross join running as r
    cross join lateral generate_series(o.cohort_on + interval '3 months', r.quarter_on, interval '3 months') as q (quarter_on)
    where o.slice_on = o.cohort_on
    union all
    select
        o.region,
        o.branch,
        o.cohort_on,
        o.slice_on as quarter_on,
        0 as customers,
        o.customers as came
    from ordered as o
    inner join running as r on o.slice_on <= r.quarter_on
    where o.slice_on > o.cohort_on
),

told as (
    select
        e.region,
        e.branch,
        e.customers,
        e.came,
        e.quarter_on < r.quarter_on as is_over,
        case when 'cohort' = any(cast(:by as text[])) then to_char(e.cohort_on, 'YYYY"-Q"Q') end as cohort,
        case
            when 'age' = any(cast(:by as text[]))
                then cast(
                    4 * (extract(year from e.quarter_on) - extract(year from e.cohort_on))
                    + extract(quarter from e.quarter_on) - extract(quarter from e.cohort_on) as integer
                )
        end as age
    from entry as e
    cross join running as r
    where
        'age' = any(cast(:by as text[]))
        or e.quarter_on = r.quarter_on - interval '3 months'
        or (e.quarter_on = r.quarter_on and e.cohort_on = r.quarter_on - interval '3 months')
),

added as (
    select
        region,
        branch,
        cohort,
        age,
        coalesce(sum(came) filter (where is_over), 0) as numerator,
        coalesce(sum(customers) filter (where is_over), 0) as denominator,
        coalesce(sum(customers) filter (where not is_over), 0) as pending
    from told
    group by region, branch, cohort, age
),

final as (
    select
        region,
        branch,
        cohort,
        age,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by region, branch, cohort, age
)

select *
from final
