-- The newest month made anew whose customers with revenue, or whose revenue to the cent, are not those of its 12 months' orders.
-- Reads  {batch}: gate.figures_pareto; ops.candidate, curated.fct_order
-- Why    an order in a later month proves that a month has ended, even where it has no row. One month is enough: all are made by
--        the same statement.
with
slices as (
    select
        slice_on,
        cast(slice_on - interval '11 months' as date) as from_on,
        cast(slice_on + interval '1 month' as date) as until_on
    from ops.candidate
    where table_name = 'pareto' and edition_id = refresh_id
),

filled as (
    select distinct slice_on
    from {batch}
    where is_new
),

last_order as (
    select max(ordered_on) as ordered_on
    from curated.fct_order
),

newest as (
    select s.*
    from slices as s
    cross join last_order as l
    where s.slice_on in (select f.slice_on from filled as f) or s.until_on <= l.ordered_on
    order by s.slice_on desc
    limit 1
),

figures as (
    select
        coalesce(sum(customers), 0) as customers,
        coalesce(sum(revenue), 0) as revenue
    from {batch}
    where slice_on in (select n.slice_on from newest as n)
),

customer as (
    select
        o.customer_id,
        sum(o.amount) as revenue
    from newest as n
    inner join curated.fct_order as o on n.from_on <= o.ordered_on and n.until_on > o.ordered_on
    where o.customer_code is not null
    group by o.customer_id
    having sum(o.amount) > 0
),

facts as (
    select
        count(*) as customers,
        coalesce(sum(revenue), 0) as revenue
    from customer
)

select
    n.slice_on,
    g.customers as published,
    f.customers as in_facts,
    g.revenue as published_revenue,
    f.revenue as revenue_in_facts
from newest as n
cross join figures as g
cross join facts as f
where g.customers <> f.customers or g.revenue <> f.revenue
