-- Months that are over and not kept, with the matrices of which they are not. None while there is nothing to stand on.
-- Reads  curated.standing_until, curated.fct_order, curated.fct_survey, curated.fct_wallet
with last_month as (
    select curated.last_month(cast(:data_until as timestamptz), :zone) as month_on
),

first_day as (
    select min(ordered_on) as day_on from curated.fct_order
    union all
    select min(cohort_on) as day_on from curated.fct_survey
    where cohort_on > date '0001-01-01'
    union all
    select min(period_on) as day_on from curated.fct_wallet
),

first_month as (
    select date_trunc('month', min(day_on)) as month_on from first_day
),

kept as (
    select
        m.matrix,
        coalesce(k.until_on, '-infinity') as until_on
    from unnest(cast('{portfolio,distributor,apostle}' as text[])) as m (matrix)
    left join curated.standing_until as k on m.matrix = k.matrix
),

missing as (
    select
        k.matrix,
        cast(n.month_on as date) as month_on
    from kept as k
    cross join first_month as f
    cross join last_month as l
    cross join
        lateral generate_series(
            greatest(f.month_on, k.until_on + interval '1 month'), l.month_on, interval '1 month'
        ) as n (month_on)
    where f.month_on is not null
),

by_matrix as (
    select
        matrix,
        array_agg(month_on order by month_on) as months
    from missing
    group by matrix
),

final as (
    select
        months,
        array_agg(matrix) as matrices
    from by_matrix
    group by months
)

select * from final
