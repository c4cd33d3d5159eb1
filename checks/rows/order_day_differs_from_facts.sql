-- Slices made anew whose orders, or whose amount to the cent, are not those of the facts.
-- Reads  {batch}: gate.figures_order_day; ops.candidate, curated.fct_order
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'order_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(orders) as orders,
        coalesce(sum(amount), 0) as amount
    from {batch}
    where is_new
    group by slice_on
),

dated as (
    select
        s.slice_on,
        o.amount
    from slices as s
    inner join curated.fct_order as o
        on s.slice_on <= o.ordered_on and o.ordered_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        o.amount
    from slices as s
    inner join curated.fct_order as o on s.slice_on = date '0001-01-01' and o.ordered_on is null
),

facts as (
    select
        slice_on,
        count(*) as orders,
        coalesce(sum(amount), 0) as amount
    from dated
    group by slice_on
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
