-- Slices made anew whose leads are not the leads of the facts.
-- Reads  {batch}: gate.figures_lead_day; ops.candidate, curated.fct_lead, curated.fct_lead_progress
-- Why    progress is made from leads, one for one, so their numbers are compared too.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'lead_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(leads) as leads
    from {batch}
    where is_new
    group by slice_on
),

lead as (
    select coalesce(cast(date_trunc('month', collected_on) as date), date '0001-01-01') as slice_on
    from curated.fct_lead
),

facts as (
    select
        s.slice_on,
        count(*) as leads
    from slices as s
    inner join lead as l on s.slice_on = l.slice_on
    group by s.slice_on
),

made as (
    select
        s.slice_on,
        count(*) as leads
    from slices as s
    inner join curated.fct_lead_progress as p on s.slice_on = p.cohort_on
    group by s.slice_on
)

select
    s.slice_on,
    g.leads as published,
    m.leads as in_progress,
    f.leads as in_facts
from slices as s
left join figures as g on s.slice_on = g.slice_on
left join made as m on s.slice_on = m.slice_on
left join facts as f on s.slice_on = f.slice_on
where g.leads is distinct from f.leads or m.leads is distinct from f.leads
