-- Slices made anew whose leads or marks are not those of the facts.
-- Reads  {batch}: gate.figures_lead_mark; ops.candidate, curated.fct_lead
-- Why    leads whose four marks are known have as many marks as their rows say.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'lead_mark' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(leads) as leads,
        sum(has_knowledge + has_means + has_awareness + has_need) as marks,
        sum(marks * leads) as marks_of_known
    from {batch}
    where is_new
    group by slice_on
),

marked as (
    select
        coalesce(cast(date_trunc('month', l.collected_on) as date), date '0001-01-01') as slice_on,
        num_nonnulls(
            nullif(l.has_knowledge, false), nullif(l.has_means, false), nullif(l.has_awareness, false), nullif(l.has_need, false)
        ) as marks,
        num_nulls(l.has_knowledge, l.has_means, l.has_awareness, l.has_need) = 0 as is_known
    from curated.fct_lead as l
),

facts as (
    select
        m.slice_on,
        count(*) as leads,
        sum(m.marks) as marks,
        sum(m.marks) filter (where m.is_known) as marks_of_known
    from slices as s
    inner join marked as m on s.slice_on = m.slice_on
    group by m.slice_on
)

select
    g.leads as published,
    f.leads as in_facts,
    g.marks as marks_published,
    f.marks as marks_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    g.leads is distinct from f.leads
    or g.marks is distinct from f.marks
    or g.marks_of_known is distinct from f.marks_of_known
