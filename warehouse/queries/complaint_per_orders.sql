-- Complaints opened for each hundred orders placed in the same time: complaint.per_100_orders.
-- Reads  published.complaint_cohort_sums, published.order_day_sums
-- Why    where a branch has complaints and no orders, or orders and no complaints, it still has its row.
with base as (
    select
        0 as opened,
        orders as base,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'day' = any(cast(:by as text[])) then ordered_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', ordered_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', ordered_on) as date) end as month
    from published.order_day_sums
    where
        refresh_id = :refresh_id
        and grain = :order_day_grain
        and (cast(:from_on as date) is null or ordered_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or ordered_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
),

complaint as (
    select
        opened,
        0 as base,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'day' = any(cast(:by as text[])) then opened_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', opened_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', opened_on) as date) end as month
    from published.complaint_cohort_sums
    where
        refresh_id = :refresh_id
        and grain = :complaint_cohort_grain
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
        and (
            cast(:from_on as date) is null
            or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date)
            or slice_on = date '0001-01-01'
        )
),

piece as (
    select * from complaint
    union all
    select * from base
),

added as (
    select
        region,
        branch,
        day,
        week,
        month,
        sum(opened) as numerator,
        sum(base) as denominator
    from piece
    group by region, branch, day, week, month
),

final as (
    select
        region,
        branch,
        day,
        week,
        month,
        numerator,
        denominator,
        100 * cast(numerator as double precision) / nullif(denominator, 0) as value,
        100 * published.poisson_low(cast(numerator as double precision), cast(denominator as double precision)) as low,
        100 * published.poisson_high(cast(numerator as double precision), cast(denominator as double precision)) as high
    from added
    order by region, branch, day, week, month
)

select * from final
