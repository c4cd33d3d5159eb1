-- The newest month made anew, where its customers without a complaint are not those of the facts.
-- Reads  {batch}: gate.figures_complaint_peer; ops.candidate, curated.fct_order, curated.fct_complaint, curated.dim_customer
-- Why    whoever has ever ordered stands in some tier, so the customers are counted without the tiers, one by one.
with
shown as (
    select *
    from {batch}
    where is_new
),

newest as (
    select max(slice_on) as slice_on from shown
),

figures as (
    select
        sum(f.customers) as customers,
        sum(f.ordered_in_180) as ordered
    from newest as n
    inner join shown as f on n.slice_on = f.slice_on
),

buyer as (
    select
        o.customer_id,
        n.slice_on,
        bool_or(o.ordered_on >= n.slice_on) as has_ordered
    from newest as n
    inner join curated.fct_order as o on n.slice_on + 180 > o.ordered_on
    where o.customer_code is not null
    group by o.customer_id, n.slice_on
    having min(o.ordered_on) < n.slice_on
),

facts as (
    select
        count(*) as customers,
        count(*) filter (where b.has_ordered) as ordered
    from buyer as b
    where not exists (
        select 1 from curated.fct_complaint as c
        where
            c.customer_id = b.customer_id
            and c.opened_on >= b.slice_on - 180
            and c.opened_on < b.slice_on + 180
    )
)

select
    g.customers as customers_published,
    f.customers as customers_in_facts,
    g.ordered as ordered_published,
    f.ordered as ordered_in_facts
from figures as g
cross join facts as f
where g.customers <> f.customers or g.ordered <> f.ordered
