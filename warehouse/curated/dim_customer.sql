-- curated.dim_customer
-- One row per customer, known from the customers' own file or, failing that, from an order.
-- Reads  staging.now_customers, curated.fct_order
-- Key    customer_id; branch_id -> curated.dim_branch
-- Feeds  customers, orders
-- Why    every customer has one home branch, so that customers add up over branches: the one on file, else that of the
--        first order.
with ordered as (
    select distinct every_version.customer_id as customer_code
    from staging.stg_orders as touched_order
    inner join staging.stg_orders as every_version on touched_order.order_id = every_version.order_id
    where touched_order.load_id = any(:loads) and every_version.customer_id is not null
),

touched as (
    select customer_id as customer_code from staging.stg_customers
    where load_id = any(:loads)
    union
    select customer_code from ordered
),

on_file as (
    select n.*
    from staging.now_customers as n
    inner join touched as t on n.customer_id = t.customer_code
),

not_on_file as (
    select
        customer_code,
        curated.party_id('customer:' || customer_code) as customer_id
    from touched
    where customer_code not in (select customer_id from on_file)
),

first_order as (
    select distinct on (o.customer_id)
        o.customer_id,
        o.customer_code,
        o.branch_id
    from curated.fct_order as o
    inner join not_on_file as n on o.customer_id = n.customer_id
    order by o.customer_id, o.ordered_at, o.order_id
),

final as (
    select
        curated.party_id('customer:' || customer_id) as customer_id,
        customer_id as customer_code,
        branch_id,
        customer_kind,
        created_on,
        is_star,
        owner_staff_id
    from on_file
    union all
    select
        customer_id,
        customer_code,
        branch_id,
        null as customer_kind,
        null as created_on,
        null as is_star,
        null as owner_staff_id
    from first_order
)

select *
from final
