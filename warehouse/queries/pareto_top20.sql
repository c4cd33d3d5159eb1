-- Share of revenue that comes from the fifth of customers who spend most: matrix.pareto_top20.
-- Reads  published.pareto_sums
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        The fifth ends at the whole customer nearest to it, as the first two tenths of matrix.pareto do.
with month as (
    select m.*
    from published.pareto_sums as m
    where
        m.refresh_id = :refresh_id
        and m.grain = :pareto_grain
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or m.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as (
    select max(slice_on) as slice_on from month
),

standing as (
    select
        m.bucket,
        m.customers,
        m.revenue,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch
    from month as m
    inner join newest as n on m.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
),

bucket as (
    select
        month,
        region,
        branch,
        bucket,
        sum(customers) as customers,
        sum(revenue) as revenue
    from standing
    group by month, region, branch, bucket
),

ranked as (
    select
        b.*,
        sum(b.customers) over w - b.customers as above,
        sum(b.customers) over (partition by b.month, b.region, b.branch) as everybody
    from bucket as b
    window w as (partition by b.month, b.region, b.branch order by b.bucket desc)
),

added as (
    select
        month,
        region,
        branch,
        sum(greatest(0, least(customers, round(everybody / 5.0) - above)) * revenue / customers) as numerator,
        sum(revenue) as denominator,
        sum(customers) as n
    from ranked
    group by month, region, branch
),

final as (
    select
        month,
        region,
        branch,
        numerator,
        denominator,
        n,
        numerator / denominator as value
    from added
    order by month, region, branch
)

select *
from final
