-- curated.fct_tier_stretch
-- One row per customer and month with an order, until the next such month; and one of the time before the first, from -infinity.
-- Reads  curated.fct_order
-- Key    customer_id
-- Feeds  orders
-- Why    what value tiers are made from (curated.tier_spell): until which month the orders so far make a customer loyal, and
--        until which they would if as many orders more or fewer were asked as the cuts are moved by. Orders of one day count once:
--        what one company writes as one order of ten lines, another writes as ten. Whose orders were all taken back keeps the
--        time before the first, which then does not end.
with touched as (
    select distinct curated.party_id('customer:' || every_version.customer_id) as customer_id
    from staging.stg_orders as touched_order
    inner join staging.stg_orders as every_version on touched_order.order_id = every_version.order_id
    where touched_order.load_id = any(:loads) and every_version.customer_id is not null
),

asked as (
    select
        cast(cast(:cuts as jsonb) -> 'value_tier' ->> 'loyal_orders' as integer) as loyal,
        cast(cast(:cuts as jsonb) ->> 'moved_by' as numeric) as moved_by
),

cut as materialized (
    select
        loyal,
        cast(ceil(loyal * (1 + moved_by)) as integer) as more,
        cast(ceil(loyal * (1 - moved_by)) as integer) as fewer
    from asked
),

order_day as (
    select distinct
        o.customer_id,
        o.ordered_on
    from touched as t
    inner join curated.fct_order as o on t.customer_id = o.customer_id
    where o.customer_code is not null and o.ordered_on is not null
),

ordered as (
    select
        o.customer_id,
        cast(date_trunc('month', o.ordered_on) as date) as month_on,
        cast(date_trunc('month', lag(o.ordered_on, c.loyal - 1) over w) as date) as counted_from_on,
        cast(date_trunc('month', lag(o.ordered_on, c.more - 1) over w) as date) as of_more_from_on,
        cast(date_trunc('month', lag(o.ordered_on, c.fewer - 1) over w) as date) as of_fewer_from_on
    from order_day as o
    cross join cut as c
    window w as (partition by o.customer_id order by o.ordered_on)
),

every_month as (
    select
        customer_id,
        month_on,
        max(counted_from_on) as counted_from_on,
        max(of_more_from_on) as of_more_from_on,
        max(of_fewer_from_on) as of_fewer_from_on
    from ordered
    group by customer_id, month_on
    union all
    select
        customer_id,
        '-infinity' as month_on,
        null as counted_from_on,
        null as of_more_from_on,
        null as of_fewer_from_on
    from touched
),

final as (
    select
        customer_id,
        month_on,
        counted_from_on,
        of_more_from_on,
        of_fewer_from_on,
        coalesce(lead(month_on) over (partition by customer_id order by month_on), 'infinity') as next_on
    from every_month
)

select *
from final
