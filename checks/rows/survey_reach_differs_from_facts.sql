-- The newest month made anew whose active customers, or those of them who were asked, are not those of the facts.
-- Reads  {batch}: gate.figures_survey_reach; ops.candidate, curated.fct_order, curated.fct_survey
-- Why    an order in a later month proves that a month has ended, even where it has no row. One month is enough: all are made by
--        the same statement.
with
slices as (
    select
        slice_on,
        cast(slice_on - interval '11 months' as date) as from_on,
        cast(slice_on + interval '1 month' as date) as until_on
    from ops.candidate
    where table_name = 'survey_reach' and edition_id = refresh_id
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

first_survey as (
    select min(cohort_on) as month_on
    from curated.fct_survey
    where cohort_on > date '0001-01-01'
),

newest as (
    select s.*
    from slices as s
    cross join last_order as l
    cross join first_survey as v
    where s.slice_on in (select f.slice_on from filled as f) or (s.until_on <= l.ordered_on and s.slice_on >= v.month_on)
    order by s.slice_on desc
    limit 1
),

figures as (
    select
        coalesce(sum(active), 0) as active,
        coalesce(sum(invited), 0) as invited
    from {batch}
    where slice_on in (select n.slice_on from newest as n)
),

ordered as (
    select distinct o.customer_id
    from newest as n
    inner join curated.fct_order as o on n.from_on <= o.ordered_on and n.until_on > o.ordered_on
    where o.customer_code is not null
),

asked as (
    select distinct v.customer_id
    from newest as n
    inner join curated.fct_survey as v on n.slice_on = v.cohort_on
    where v.customer_code is not null
),

facts as (
    select
        count(*) as active,
        count(a.customer_id) as invited
    from ordered as o
    left join asked as a on o.customer_id = a.customer_id
)

select
    n.slice_on,
    g.active as published,
    f.active as in_facts,
    g.invited as published_invited,
    f.invited as invited_in_facts
from newest as n
cross join figures as g
cross join facts as f
where g.active <> f.active or g.invited <> f.invited
