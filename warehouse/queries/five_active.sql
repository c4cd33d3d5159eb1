-- Customers who ordered in the 12 months before a month's end: customer.active.
-- Reads  published.five_month
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
with every_month as not materialized (
    select m.*
    from published.five_month as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select e.slice_on
    from every_month as e
    order by e.slice_on desc
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
        m.active,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch
    from month as m
),

final as (
    select
        month,
        region,
        branch,
        sum(active) as value
    from standing
    group by month, region, branch
    order by month, region, branch
)

select *
from final
