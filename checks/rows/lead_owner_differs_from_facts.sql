-- Slices made anew whose assignments, or those passed on in time, are not those of the facts.
-- Reads  {batch}: gate.figures_lead_owner; ops.candidate, curated.fct_lead, curated.fct_lead_assignment, curated.fct_lead_progress
-- Why    passed on in time: somebody else got the lead within a week of the day it was due, and nobody before.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'lead_owner' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(assignments) as assignments,
        sum(passed_on_in_time) as passed_on_in_time
    from {batch}
    where is_new
    group by slice_on
),

assignment as (
    select
        s.slice_on,
        a.lead_id,
        a.assigned_at,
        l.is_genuine,
        p.has_ordered,
        p.first_ordered_at,
        a.assigned_at + interval '2160 hours' as due_at
    from slices as s
    inner join curated.fct_lead_assignment as a on s.slice_on <= a.assigned_on and s.slice_on + interval '1 month' > a.assigned_on
    inner join curated.fct_lead as l on a.lead_id = l.lead_id
    inner join curated.fct_lead_progress as p on l.customer_id = p.customer_id and l.lead_id = p.lead_id
),

facts as (
    select
        a.slice_on,
        count(*) as assignments,
        count(*) filter (
            where a.is_genuine is not false
            and case when a.has_ordered then a.first_ordered_at > a.due_at else true end
            and exists (
                select from curated.fct_lead_assignment as n
                where a.lead_id = n.lead_id and n.assigned_at between a.due_at and a.due_at + interval '168 hours'
            )
            and not exists (
                select from curated.fct_lead_assignment as n
                where a.lead_id = n.lead_id and n.assigned_at > a.assigned_at and a.due_at > n.assigned_at
            )
        ) as passed_on_in_time
    from assignment as a
    group by a.slice_on
)

select
    g.assignments as published,
    f.assignments as in_facts,
    g.passed_on_in_time as passed_on_published,
    f.passed_on_in_time as passed_on_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where g.assignments is distinct from f.assignments or g.passed_on_in_time is distinct from f.passed_on_in_time
