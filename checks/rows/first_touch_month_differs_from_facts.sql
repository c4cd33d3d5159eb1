-- Slices made anew whose orders or money are not those of the orders that some lead touched.
-- Reads  {batch}: gate.figures_first_touch_month; ops.candidate, curated.fct_order, curated.fct_lead
-- Why    which lead came first decides where an order stands, not whether it does: so whether is asked on its own.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'first_touch_month' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(orders) as orders,
        sum(amount) as amount
    from {batch}
    where is_new
    group by slice_on
),

dated as (
    select
        s.slice_on,
        o.*
    from slices as s
    inner join curated.fct_order as o
        on s.slice_on <= o.ordered_on and o.ordered_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        o.*
    from slices as s
    inner join curated.fct_order as o on s.slice_on = date '0001-01-01' and o.ordered_on is null
),

touched as materialized (
    select d.order_id
    from dated as d
    inner join curated.fct_lead as l on d.lead_id = l.lead_id
    union
    select d.order_id
    from dated as d
    inner join curated.fct_lead as l on d.customer_id = l.customer_id
    where coalesce(l.collected_at <= d.ordered_at, true)
),

facts as (
    select
        d.slice_on,
        count(*) as orders,
        coalesce(sum(d.amount), 0) as amount
    from dated as d
    inner join touched as t on d.order_id = t.order_id
    group by d.slice_on
)

select
    g.orders as published_orders,
    f.orders as orders_in_facts,
    g.amount as published_amount,
    f.amount as amount_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.orders, 0) <> coalesce(f.orders, 0)
    or coalesce(g.amount, 0) <> coalesce(f.amount, 0)
