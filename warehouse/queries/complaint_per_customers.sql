-- Complaints opened for each hundred active customers: complaint.per_100_customers.
-- Reads  published.complaint_cohort_sums, published.five_month
-- Why    customers are counted at the last month's end in or before the period; by month, at the end of each, and a month that
--        has not ended has none. Complaints count where they were made, customers at home. Where a branch has the one and not
--        the other it still has its row.
with standing as (
    select *
    from published.five_month
    where
        refresh_id = :refresh_id
        and (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (
            'month' <> all(cast(:by as text[]))
            or cast(:from_on as date) is null
            or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date)
        )
),

newest as materialized (
    select max(slice_on) as slice_on from standing
),

base as (
    select
        0 as opened,
        s.active as base,
        case when 'region' = any(cast(:by as text[])) then s.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then s.branch_id end as branch,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', s.slice_on) as date) end as month
    from standing as s
    inner join newest as n on s.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
),

complaint as (
    select
        opened,
        0 as base,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
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
        and (
            'month' <> all(cast(:by as text[]))
            or cast(date_trunc('month', opened_on) as date) in (select s.slice_on from standing as s)
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
        month,
        sum(opened) as numerator,
        sum(base) as denominator
    from piece
    group by region, branch, month
),

final as (
    select
        region,
        branch,
        month,
        numerator,
        denominator,
        100 * cast(numerator as double precision) / nullif(denominator, 0) as value,
        100 * published.poisson_low(cast(numerator as double precision), cast(denominator as double precision)) as low,
        100 * published.poisson_high(cast(numerator as double precision), cast(denominator as double precision)) as high
    from added
    order by region, branch, month
)

select * from final
