-- Quarters in published.retention_cohort that rows of these loads change: that of an order delivered; all of a customer one of
-- whose orders of the first quarter is delivered, so that the first order may be another one, or who moves.
with delivered_order as (
    select
        o.customer_id,
        o.ordered_on
    from curated.fct_order as o
    where
        o.customer_code is not null
        and o.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any(:loads)
        )
),

first_order as (
    select
        o.customer_id,
        min(o.ordered_on) as ordered_on
    from curated.fct_order as o
    where o.customer_id in (select d.customer_id from delivered_order as d)
    group by o.customer_id
),

changed_customer as (
    select d.customer_id
    from delivered_order as d
    inner join first_order as f
        on d.customer_id = f.customer_id and d.ordered_on < date_trunc('quarter', f.ordered_on) + interval '3 months'
    union
    select curated.party_id('customer:' || s.customer_id) as customer_id
    from staging.stg_customers as s
    left join curated.dim_customer as d on s.customer_id = d.customer_code
    where s.load_id = any(:loads) and s.branch_id is distinct from d.branch_id
    union
    select d.customer_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    inner join curated.dim_customer as d on s.branch_id = d.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

happened as (
    select ordered_on from delivered_order
    union
    select o.ordered_on
    from changed_customer as c
    inner join curated.fct_order as o on c.customer_id = o.customer_id
),

final as (
    select distinct cast(date_trunc('quarter', ordered_on) as date) as slice_on
    from happened
    where ordered_on is not null
)

select slice_on
from final
