-- Customers whose newest visits in the list are not those of the facts.
-- Reads  {batch}: gate.figures_action_visit; ops.candidate, curated.fct_contact, curated.dim_customer
-- Why    the list begins on the first of a month; before its first row there is nothing to compare with.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'action_visit' and edition_id = refresh_id
),

listed as (
    select
        customer_code,
        visited_on
    from {batch}
    where is_new
),

span as (
    select cast(date_trunc('month', min(visited_on)) as date) as from_on
    from listed
),

facts as (
    select
        d.customer_code,
        c.started_on as visited_on
    from span as p
    inner join curated.fct_contact as c on p.from_on <= c.started_on
    inner join curated.dim_customer as d on c.customer_id = d.customer_id
    where c.purpose_code = 'visit' and c.is_reached and d.branch_id is not null and exists (select from slices)
    group by d.customer_code, c.started_on
)

select
    l.customer_code as listed_only,
    f.customer_code as facts_only,
    coalesce(l.visited_on, f.visited_on) as visited_on
from listed as l
full outer join facts as f on l.customer_code = f.customer_code and l.visited_on = f.visited_on
where l.customer_code is null or f.customer_code is null
