-- Months of ordering in published.order_day that rows of these loads change.
with delivered_order as (
    select o.ordered_on as judged_on
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

touched_rate as (
    select
        r.currency,
        min(r.rate_on) as from_on
    from staging.stg_currency_rates as r
    where
        r.load_id = any(:loads)
        and r.currency not in (
            select p.value from published.setting as p
            where p.name = 'reporting_currency'
        )
    group by r.currency
),

delivered_rate as (
    select o.ordered_on as judged_on
    from touched_rate as t
    inner join staging.stg_orders as s on t.currency = s.currency
    inner join curated.fct_order as o on s.order_id = o.order_id and t.from_on <= o.ordered_on
),

delivered_return as (
    select coalesce(r.ordered_on, r.returned_on) as judged_on
    from curated.fct_return as r
    where
        r.return_id in (
            select s.return_id from staging.stg_returns as s
            where s.load_id = any(:loads)
        )
        or r.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any(:loads)
        )
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

of_moved_branch as (
    select o.ordered_on as judged_on
    from moved_branch as m
    inner join curated.fct_order as o on m.branch_id = o.branch_id
    union all
    select coalesce(r.ordered_on, r.returned_on) as judged_on
    from moved_branch as m
    inner join curated.fct_return as r on m.branch_id = r.branch_id
),

touched as (
    select judged_on from delivered_order
    union
    select judged_on from delivered_rate
    union
    select judged_on from delivered_return
    union
    select judged_on from of_moved_branch
),

final as (
    select distinct coalesce(cast(date_trunc('month', judged_on) as date), date '0001-01-01') as slice_on
    from touched
)

select *
from final
