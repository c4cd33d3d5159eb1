-- Returns dated before every known version of their order.
-- Reads  {batch}: gate.delivery_returns; staging.stg_orders, published.load_feed
with
orders as (
    select
        o.order_id,
        min(o.ordered_at) as ordered_at
    from staging.stg_orders as o
    inner join published.load_feed as f on o.load_id = f.load_id and f.feed = 'orders'
    where f.state <> 'discarded'
    group by o.order_id
)

select r.return_id
from (select * from {batch}) as r
inner join orders on r.order_id = orders.order_id
where r.returned_at < orders.ordered_at
