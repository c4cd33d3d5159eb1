-- Quarters made anew in which other customers ordered, or ordered for the first time, than the facts say.
-- Reads  {batch}: gate.figures_retention_cohort; ops.candidate, curated.fct_order
-- Why    the facts are asked another way: whether a customer of the quarter has an order before it.
with
slices as (
    select
        slice_on,
        cast(slice_on + interval '3 months' as date) as until_on
    from ops.candidate
    where table_name = 'retention_cohort' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(customers) as customers,
        coalesce(sum(customers) filter (where cohort_on = slice_on), 0) as won
    from {batch}
    where is_new
    group by slice_on
),

active as (
    select distinct
        s.slice_on,
        o.customer_id
    from slices as s
    inner join curated.fct_order as o on s.slice_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null
),

facts as (
    select
        a.slice_on,
        count(*) as customers,
        count(*) filter (
            where not exists (
                select from curated.fct_order as o
                where o.customer_id = a.customer_id and o.ordered_on < a.slice_on and o.customer_code is not null
            )
        ) as won
    from active as a
    group by a.slice_on
)

select
    g.customers as published,
    f.customers as in_facts,
    g.won as won_published,
    f.won as won_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.customers, 0) <> coalesce(f.customers, 0)
    or coalesce(g.won, 0) <> coalesce(f.won, 0)
