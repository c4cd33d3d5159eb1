-- Share of revenue that comes from the fifth of customers who spend most: matrix.pareto_top20.
-- Reads  published.pareto_sums, published.manifest
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        The fifth ends at the whole customer nearest to it, as the first two tenths of matrix.pareto do.
with every_month as not materialized (
    select m.*
    from published.pareto_sums as m
    where
        m.refresh_id = :refresh_id
        and m.grain = :pareto_grain
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select m.slice_on
    from published.manifest as m
    cross join
        lateral (
            select e.slice_on
            from every_month as e
            where e.slice_on = m.slice_on
            order by e.slice_on
            limit 1
        ) as anything
    where m.refresh_id = :refresh_id and m.table_name = 'pareto'
    order by m.slice_on desc
    limit 1
),

month as (
    select e.*
    from every_month as e
    where
        e.slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end
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
