-- Quarters made anew in which other customers ordered, or ordered for the first time, than the facts say.
-- Reads  {batch}: gate.figures_retention_cohort; ops.candidate, curated.fct_order
-- Why    the facts are asked another way: by the place of each order among those of its customer.
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

placed as (
    select
        customer_id,
        ordered_on,
        row_number() over (partition by customer_id order by ordered_on) as place
    from curated.fct_order
    where customer_code is not null and ordered_on is not null
),

facts as (
    select
        s.slice_on,
        count(distinct p.customer_id) as customers,
        count(*) filter (where p.place = 1) as won
    from slices as s
    inner join placed as p on s.slice_on <= p.ordered_on and s.until_on > p.ordered_on
    group by s.slice_on
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
