-- Slices made anew whose guests, costs or orders are not those of the facts.
-- Reads  {batch}: gate.figures_event_day; ops.candidate, curated.dim_event, curated.fct_attendance, curated.fct_lead,
--        curated.fct_order
-- Why    of all events that may claim an order, the one that no later event outbids has it. An event outbids another within 30
--        days, so those count that are held from the first of the slices until 30 days after the last.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'event_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(events) as events,
        sum(attended) as attended,
        sum(cost_amount) as cost,
        sum(orders) as orders,
        sum(amount) as amount
    from {batch}
    where is_new
    group by slice_on
),

span as (
    select
        min(slice_on) as from_on,
        max(slice_on) + interval '1 month 30 days' as until_on
    from slices
),

event as (
    select
        e.event_id,
        e.cost_amount,
        e.held_on,
        coalesce(cast(date_trunc('month', e.held_on) as date), date '0001-01-01') as slice_on
    from curated.dim_event as e
    inner join span as s
        on coalesce(e.held_on, date '0001-01-01') >= s.from_on and coalesce(e.held_on, date '0001-01-01') < s.until_on
),

held as (
    select
        e.slice_on,
        count(*) as events,
        sum(e.cost_amount) as cost
    from event as e
    inner join slices as s on e.slice_on = s.slice_on
    group by e.slice_on
),

attended as materialized (
    select
        e.slice_on,
        e.event_id,
        e.held_on,
        a.lead_id,
        a.customer_code,
        a.customer_id
    from curated.fct_attendance as a
    inner join event as e on a.event_id = e.event_id
    where a.is_attended
),

guest_lead as materialized (
    select
        lead_id,
        customer_id
    from curated.fct_lead
    where lead_id in (select a.lead_id from attended as a)
),

guest as (
    select
        a.slice_on,
        a.event_id,
        a.held_on,
        a.lead_id,
        case when a.customer_code is null then l.customer_id else a.customer_id end as customer_id
    from attended as a
    left join guest_lead as l on a.lead_id = l.lead_id
),

came as (
    select
        g.slice_on,
        count(*) as attended
    from guest as g
    inner join slices as s on g.slice_on = s.slice_on
    group by g.slice_on
),

claim as (
    select
        g.slice_on,
        g.event_id,
        g.held_on,
        o.order_id,
        o.amount
    from guest as g
    inner join curated.fct_order as o on g.customer_id = o.customer_id
    where o.ordered_on - g.held_on between 0 and 30 and (o.event_id is null or o.event_id = g.event_id)
    union
    select
        g.slice_on,
        g.event_id,
        g.held_on,
        o.order_id,
        o.amount
    from guest as g
    inner join curated.fct_order as o on g.lead_id = o.lead_id
    where o.ordered_on - g.held_on between 0 and 30 and (o.event_id is null or o.event_id = g.event_id)
),

brought as (
    select
        c.slice_on,
        count(*) as orders,
        sum(c.amount) as amount
    from claim as c
    left join claim as later
        on c.order_id = later.order_id and (c.held_on < later.held_on or (c.held_on = later.held_on and c.event_id < later.event_id))
    where later.order_id is null
    group by c.slice_on
)

select
    s.slice_on,
    f.attended as published_attended,
    c.attended as attended_in_facts,
    f.orders as published_orders,
    b.orders as orders_in_facts
from slices as s
left join figures as f on s.slice_on = f.slice_on
left join held as h on s.slice_on = h.slice_on
left join came as c on s.slice_on = c.slice_on
left join brought as b on s.slice_on = b.slice_on
where
    coalesce(f.events, 0) <> coalesce(h.events, 0)
    or coalesce(f.cost, 0) <> coalesce(h.cost, 0)
    or coalesce(f.attended, 0) <> coalesce(c.attended, 0)
    or coalesce(f.orders, 0) <> coalesce(b.orders, 0)
    or coalesce(f.amount, 0) <> coalesce(b.amount, 0)
