-- Slices made anew in which some model does not add up to the orders and the money of the facts, to the last digit.
-- Reads  {batch}: gate.figures_attribution_day; ops.candidate, curated.fct_order
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'attribution_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        array[sum(first_orders), sum(last_orders), sum(linear_orders), sum(position_orders)] as orders,
        array[sum(first_amount), sum(last_amount), sum(linear_amount), sum(position_amount)] as amounts
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
    g.amounts as published_amounts,
    f.amount as amount_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    g.slice_on is null
    or f.slice_on is null
    or f.orders <> any(g.orders)
    or f.amount <> any(g.amounts)
