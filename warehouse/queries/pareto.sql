-- Customers by revenue, in tenths, the highest first: matrix.pareto.
-- Reads  published.pareto_sums, published.manifest
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        A tenth ends at the whole customer nearest to it. Customers of one bucket count as equal.
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
        sum(b.customers) over (partition by b.month, b.region, b.branch) as everybody,
        sum(b.revenue) over (partition by b.month, b.region, b.branch) as everything
    from bucket as b
    window w as (partition by b.month, b.region, b.branch order by b.bucket desc)
),

taken as (
    select
        r.month,
        r.region,
        r.branch,
        r.customers,
        r.revenue,
        r.everybody,
        r.everything,
        t.tenth,
        greatest(
            0,
            least(r.above + r.customers, round(t.tenth * r.everybody / 10.0))
            - greatest(r.above, round((t.tenth - 1) * r.everybody / 10.0))
        ) as members
    from ranked as r
    cross join generate_series(1, 10) as t (tenth)
),

added as (
    select
        month,
        region,
        branch,
        tenth,
        max(everybody) as denominator,
        max(everything) as everything,
        sum(members) as value,
        sum(members * revenue / customers) as revenue
    from taken
    group by month, region, branch, tenth
),

final as (
    select
        month,
        region,
        branch,
        denominator,
        value,
        revenue,
        cast(tenth as text) as part,
        revenue / everything as share,
        sum(revenue) over w / everything as share_so_far
    from added
    window w as (partition by month, region, branch order by tenth)
    order by month, region, branch, tenth
)

select *
from final
