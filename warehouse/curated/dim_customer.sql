-- curated.dim_customer
-- One row per customer, known from the customers' own file or, failing that, from an order.
-- Reads  staging.now_customers, curated.fct_order
-- Key    customer_id; branch_id -> curated.dim_branch
-- Feeds  customers, orders
-- Why    every customer has one home branch, so that customers add up over branches: the one on file, else that of the
--        first order. A customer whose only file or order was taken back stays as a row without a branch.
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
    select
        n.customer_id as customer_code,
        n.branch_id,
        n.customer_kind,
        n.usage_code,
        n.product_owned_since_on,
        curated.party_id('customer:' || n.customer_id) as customer_id
    from staging.now_customers as n
    inner join touched as t on n.customer_id = t.customer_code
),

not_on_file as (
    select
        t.customer_code,
        curated.party_id('customer:' || t.customer_code) as customer_id
    from touched as t
    where t.customer_code not in (select f.customer_code from on_file as f)
),

first_order as (
    select distinct on (o.customer_id)
        o.customer_id,
        o.branch_id
    from curated.fct_order as o
    inner join not_on_file as n on o.customer_id = n.customer_id
    order by o.customer_id, o.ordered_at, o.order_id
),

final as (
    select
        customer_id,
        customer_code,
        branch_id,
        customer_kind,
        usage_code,
        product_owned_since_on,
        true as is_on_file
    from on_file
    union all
    select
        n.customer_id,
        n.customer_code,
        o.branch_id,
        null as customer_kind,
        null as usage_code,
        null as product_owned_since_on,
        false as is_on_file
    from not_on_file as n
    left join first_order as o on n.customer_id = o.customer_id
)

select *
from final
