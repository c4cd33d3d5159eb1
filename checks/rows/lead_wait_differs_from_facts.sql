-- Slices made anew whose waits are not the leads of the facts that have ordered after they came.
-- Reads  {batch}: gate.figures_lead_wait; ops.candidate, curated.fct_lead_progress
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'lead_wait' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(leads) as leads
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        p.cohort_on as slice_on,
        count(p.wait_seconds) as leads
    from slices as s
    inner join curated.fct_lead_progress as p on s.slice_on = p.cohort_on
    group by p.cohort_on
)

select
    g.leads as published,
    f.leads as in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where coalesce(g.leads, 0) <> coalesce(f.leads, 0)
