-- Customers for whom the list says something else than where they stand and the visits made since.
-- Reads  {batch}: gate.figures_action_visit; gate.figures_segment_customer, ops.candidate, curated.fct_contact, curated.dim_customer
-- Why    the placed customers tell what was due at the end of their month; each day of a visit after it is one less.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'action_visit' and edition_id = refresh_id
),

listed as (
    select
        customer_code,
        branch_id,
        portfolio,
        value_tier,
        last_ordered_on,
        as_of_on,
        spend,
        visits_due,
        visits_got
    from {batch}
    where is_new
),

placed as (
    select
        customer_code,
        branch_id,
        portfolio,
        value_tier,
        last_ordered_on,
        as_of_on,
        spend,
        portfolio_visits_due,
        visits_got
    from gate.figures_segment_customer
    where
        branch_id is not null
        and portfolio <> 'unknown'
        and portfolio_visits_due >= visits_got + 1
        and exists (select from slices)
),

moment as (
    select max(as_of_on) as as_of_on
    from placed
),

day_of_visit as (
    select distinct
        c.customer_id,
        c.started_on
    from moment as m
    inner join curated.fct_contact as c on m.as_of_on < c.started_on
    where c.purpose_code = 'visit' and c.is_reached
),

since as (
    select
        d.customer_code,
        count(*) as visits
    from day_of_visit as v
    inner join curated.dim_customer as d on v.customer_id = d.customer_id
    group by d.customer_code
),

facts as (
    select
        p.customer_code,
        p.branch_id,
        p.portfolio,
        p.value_tier,
        p.last_ordered_on,
        p.as_of_on,
        p.spend,
        p.portfolio_visits_due as visits_due,
        p.visits_got + coalesce(s.visits, 0) as visits_got
    from placed as p
    left join since as s on p.customer_code = s.customer_code
    where p.portfolio_visits_due >= p.visits_got + coalesce(s.visits, 0) + 1
)

select
    l.customer_code as listed_only,
    f.customer_code as facts_only,
    l.visits_got as listed,
    f.visits_got as in_facts
from listed as l
full outer join facts as f
    on
        l.customer_code = f.customer_code
        and l.branch_id = f.branch_id
        and l.portfolio = f.portfolio
        and l.value_tier is not distinct from f.value_tier
        and l.last_ordered_on is not distinct from f.last_ordered_on
        and l.as_of_on = f.as_of_on
        and l.spend = f.spend
        and l.visits_due = f.visits_due
        and l.visits_got = f.visits_got
where l.customer_code is null or f.customer_code is null
