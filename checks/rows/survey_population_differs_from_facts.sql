-- The newest month made anew whose customers are not those who ordered in the 12 months that end with it.
-- Reads  {batch}: gate.figures_survey_population; ops.candidate, curated.fct_order
-- Why    counted from the orders themselves, without tiers. One month is enough: all are made by the same statement, and counting each
--        would read the orders of a year once a month. Where the cuts say that active is not 12 months, this rule is to be changed.
with
figures as (
    select
        slice_on,
        sum(customers) as customers
    from {batch}
    where is_new
    group by slice_on
),

newest as (
    select *
    from figures
    order by slice_on desc
    limit 1
),

facts as (
    select count(distinct o.customer_id) as customers
    from newest as n
    inner join curated.fct_order as o
        on n.slice_on - interval '11 months' <= o.ordered_on and n.slice_on + interval '1 month' > o.ordered_on
    where o.customer_code is not null
)

select
    n.slice_on,
    n.customers as published,
    f.customers as in_facts
from newest as n
cross join facts as f
where n.customers <> f.customers
