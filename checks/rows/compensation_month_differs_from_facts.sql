-- Slices made anew whose compensation is not that of the facts.
-- Reads  {batch}: gate.figures_compensation_month; ops.candidate, curated.fct_complaint
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'compensation_month' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(amount) as amount
    from {batch}
    where is_new
    group by slice_on
),

dated as (
    select
        s.slice_on,
        c.compensation_amount
    from slices as s
    inner join curated.fct_complaint as c
        on s.slice_on <= c.opened_on and c.opened_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        c.compensation_amount
    from slices as s
    inner join curated.fct_complaint as c on s.slice_on = date '0001-01-01' and c.opened_on is null
),

facts as (
    select
        slice_on,
        sum(compensation_amount) as amount
    from dated
    group by slice_on
)

select
    g.amount as published_amount,
    f.amount as amount_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where coalesce(g.amount, 0) <> coalesce(f.amount, 0)
