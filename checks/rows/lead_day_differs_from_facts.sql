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

facts as (
    select
        p.cohort_on as slice_on,
        count(*) as leads
    from slices as s
    inner join curated.fct_lead_progress as p on s.slice_on = p.cohort_on
    group by p.cohort_on
),

by_slice as (
    select
        coalesce(g.slice_on, f.slice_on) as slice_on,
        g.leads as published,
        f.leads as in_facts
    from figures as g
    full outer join facts as f on g.slice_on = f.slice_on
),

everything as (
    select
        cast(null as date) as slice_on,
        (select count(*) from curated.fct_lead_progress) as published,
        (select count(*) from curated.fct_lead) as in_facts
)

select * from by_slice
where published is distinct from in_facts
union all
select * from everything
where published <> in_facts
