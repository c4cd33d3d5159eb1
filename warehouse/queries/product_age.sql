-- Active customers by the age of their product, with their orders and answers: matrix.product_age.
-- Reads  published.product_age
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        Means are made in `solved/product_age.py`, which hides those of too few.
with every_month as not materialized (
    select m.*
    from published.product_age as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
        and (cast(:usage as text[]) = '{}' or m.usage_code = any(cast(:usage as text[])))
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
        m.band as part,
        m.customers,
        m.orders,
        m.answers,
        m.points,
        case when 'usage' = any(cast(:by as text[])) then m.usage_code end as usage,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch
    from month as m
),

added as (
    select
        month,
        region,
        branch,
        usage,
        part,
        sum(customers) as value,
        sum(orders) as orders,
        sum(answers) as answers,
        sum(points) as points
    from standing
    group by month, region, branch, usage, part
),

final as (
    select
        month,
        region,
        branch,
        usage,
        part,
        value,
        orders,
        answers,
        points,
        value / sum(value) over w as share,
        sum(value) over w as denominator
    from added
    window w as (partition by month, region, branch, usage)
    order by month, region, branch, usage, array_position(array['up_to_2', '2_to_5', 'over_5', 'unknown'], part)
)

select *
from final
