-- curated.fct_order
-- One row per order, its amount in the reporting currency.
-- Reads  staging.now_orders, staging.now_currency_rates, published.setting
-- Key    order_id; branch_id -> curated.dim_branch
-- Feeds  orders, currency_rates
-- Why    money is added over branches, so it is turned into one currency once, at the newest rate known on the day of the
--        order. An amount in a currency without a rate is unknown, not zero.
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

touched as (
    select order_id from staging.stg_orders
    where load_id = any(:loads)
    union
    select o.order_id
    from touched_rate as r
    inner join staging.stg_orders as o on r.currency = o.currency and r.from_on <= o.ordered_at
),

ordered as (
    select
        n.*,
        cast(n.ordered_at at time zone :zone as date) as ordered_on,
        nullif(n.currency, p.currency) as foreign_currency
    from staging.now_orders as n
    inner join touched as t on n.order_id = t.order_id
    cross join reporting as p
),

rate as (
    select
        currency,
        rate,
        rate_on,
        lead(rate_on, 1, 'infinity') over (partition by currency order by rate_on) as until_on
    from staging.now_currency_rates
),

ordering_day as (
    select distinct
        foreign_currency,
        ordered_on
    from ordered
    where foreign_currency is not null
),

rate_of_day as (
    select
        d.foreign_currency,
        d.ordered_on,
        r.rate
    from ordering_day as d
    inner join rate as r on d.foreign_currency = r.currency and d.ordered_on >= r.rate_on and d.ordered_on < r.until_on
),

final as (
    select
        o.order_id,
        o.customer_id as customer_code,
        o.lead_id,
        o.event_id,
        o.branch_id,
        o.ordered_at,
        o.ordered_on,
        o.product_line,
        curated.party_id(coalesce('customer:' || o.customer_id, 'order:' || o.order_id)) as customer_id,
        case when o.foreign_currency is null then o.amount else o.amount * r.rate end as amount
    from ordered as o
    left join rate_of_day as r on o.foreign_currency = r.foreign_currency and o.ordered_on = r.ordered_on
)

select *
from final
