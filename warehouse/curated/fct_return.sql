-- curated.fct_return
-- One row per return, with the day and branch of the order it takes back.
-- Reads  staging.now_returns, curated.fct_order, published.setting
-- Key    return_id; branch_id -> curated.dim_branch
-- Feeds  returns, orders, currency_rates
-- Why    a return is judged with the order it belongs to: its branch, its month. One without an amount takes back the whole
--        order. One whose order is unknown has no order day and counts on its own.
with reporting as (
    select max(value) as currency from published.setting
    where name = 'reporting_currency'
),

touched_rate as (
    select
        r.currency,
        min(r.rate_on) - 1 as from_on
    from staging.stg_currency_rates as r
    cross join reporting as p
    where r.load_id = any(:loads) and r.currency is distinct from p.currency
    group by r.currency
),

touched_order as (
    select order_id from staging.stg_orders
    where load_id = any(:loads)
    union
    select o.order_id
    from touched_rate as r
    inner join staging.stg_orders as o on r.currency = o.currency and r.from_on <= o.ordered_at
),

touched as (
    select return_id from staging.stg_returns
    where load_id = any(:loads)
    union
    select r.return_id
    from touched_order as o
    inner join staging.stg_returns as r on o.order_id = r.order_id
),

returned as (
    select n.*
    from staging.now_returns as n
    inner join touched as t on n.return_id = t.return_id
),

ordered as materialized (
    select
        o.order_id,
        o.customer_id,
        o.branch_id,
        o.product_line,
        o.ordered_on,
        o.amount
    from curated.fct_order as o
    where o.order_id in (select r.order_id from returned as r)
),

final as (
    select
        r.return_id,
        r.order_id,
        o.product_line,
        o.ordered_on,
        cast(r.returned_at at time zone :zone as date) as returned_on,
        coalesce(
            curated.party_id('customer:' || r.customer_id),
            o.customer_id,
            curated.party_id('order:' || r.order_id),
            curated.party_id('return:' || r.return_id)
        ) as customer_id,
        coalesce(o.branch_id, r.branch_id) as branch_id,
        coalesce(r.amount, o.amount) as amount
    from returned as r
    left join ordered as o on r.order_id = o.order_id
)

select *
from final
