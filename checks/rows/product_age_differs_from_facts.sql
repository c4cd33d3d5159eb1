-- The newest month made anew whose active customers, orders or answers are not those of its 12 months.
-- Reads  {batch}: gate.figures_product_age; ops.candidate, curated.fct_order, curated.fct_survey, curated.fct_survey_answer
-- Why    an order in a later month proves that a month has ended, even where it has no row. One month is enough: all are made by
--        the same statement.
with
slices as (
    select
        slice_on,
        cast(slice_on - interval '11 months' as date) as from_on,
        cast(slice_on + interval '1 month' as date) as until_on
    from ops.candidate
    where table_name = 'product_age' and edition_id = refresh_id
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
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(answers), 0) as answers
    from {batch}
    where slice_on in (select n.slice_on from newest as n)
),

ordered as (
    select
        o.customer_id,
        count(*) as orders
    from newest as n
    inner join curated.fct_order as o on n.from_on <= o.ordered_on and n.until_on > o.ordered_on
    where o.customer_code is not null
    group by o.customer_id
),

answered as (
    select count(*) as answers
    from newest as n
    inner join curated.fct_survey as v on n.from_on <= v.cohort_on and n.until_on > v.cohort_on
    inner join ordered as o on v.customer_id = o.customer_id
    inner join curated.fct_survey_answer as a on v.customer_id = a.customer_id and v.invite_id = a.invite_id
    where
        v.customer_code is not null
        and a.question_code = 'overall'
        and a.score between a.scale_min and a.scale_max
        and a.scale_min < a.scale_max
),

facts as (
    select
        count(*) as customers,
        coalesce(sum(orders), 0) as orders
    from ordered
)

select
    n.slice_on,
    g.customers as published,
    f.customers as in_facts,
    g.orders as published_orders,
    f.orders as orders_in_facts,
    g.answers as published_answers,
    a.answers as answers_in_facts
from newest as n
cross join figures as g
cross join facts as f
cross join answered as a
where g.customers <> f.customers or g.orders <> f.orders or g.answers <> a.answers
