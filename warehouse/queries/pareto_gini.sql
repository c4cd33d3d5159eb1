-- How unequally revenue is spread over customers, 0 (all alike) to 1 (one has all): matrix.gini.
-- Reads  published.pareto_sums, published.manifest
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        With customers of one bucket equal and ranked from the lowest, G = 2 Σ y r / (n Σ y) − 1, r the middle rank (rank less
--        one half). Davidson 2009: G varies as the mean of z = y ((2 i − 1) / n − 1 − G) − 2 c / n, i the rank and c what all up
--        to it spend, both through the own bucket, so its variance is that of z over n, divided by the squared mean of y.
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
        sum(cast(customers as double precision)) as customers,
        sum(revenue) as revenue
    from standing
    group by month, region, branch, bucket
),

ranked as (
    select
        b.month,
        b.region,
        b.branch,
        b.customers,
        cast(b.revenue as double precision) as revenue,
        cast(sum(b.revenue) over w as double precision) as spent,
        sum(b.customers) over w as last_rank,
        sum(b.customers) over w - b.customers / 2 as middle,
        sum(b.customers) over (partition by b.month, b.region, b.branch) as n
    from bucket as b
    window w as (partition by b.month, b.region, b.branch order by b.bucket)
),

unequal as (
    select
        r.*,
        sum(r.revenue) over g as total,
        2 * sum(r.revenue * r.middle) over g / (r.n * sum(r.revenue) over g) - 1 as gini
    from ranked as r
    window g as (partition by r.month, r.region, r.branch)
),

moved as (
    select
        month,
        region,
        branch,
        customers,
        n,
        gini,
        total as revenue,
        revenue / customers * ((2 * last_rank - 1) / n - 1 - gini) - 2 * spent / n as z
    from unequal
),

varied as (
    select
        month,
        region,
        branch,
        n,
        gini as value,
        sqrt(greatest(0, sum(customers * z * z) - power(sum(customers * z), 2) / n)) / revenue as error
    from moved
    group by month, region, branch, n, gini, revenue
),

final as (
    select
        month,
        region,
        branch,
        n,
        value,
        greatest(0, value - 1.959963984540054 * error) as low,
        least(1, value + 1.959963984540054 * error) as high
    from varied
    order by month, region, branch
)

select *
from final
