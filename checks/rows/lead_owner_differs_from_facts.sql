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

assigned as (
    select distinct a.lead_id
    from slices as s
    inner join curated.fct_lead_assignment as a on s.slice_on = a.cohort_on
),

assignment as (
    select
        a.lead_id,
        cast(date_trunc('month', a.assigned_on) as date) as month_on,
        a.assigned_at + interval '2160 hours' as due_at,
        min(a.assigned_at) over (
            partition by a.lead_id order by a.assigned_at groups between 1 following and 1 following
        ) as next_at
    from assigned as d
    inner join curated.fct_lead_assignment as a on d.lead_id = a.lead_id
),

counted as (
    select
        a.month_on,
        count(p.lead_id) as assignments,
        count(p.lead_id) filter (
            where l.is_genuine is not false
            and case when p.has_ordered then p.first_ordered_at > a.due_at else true end
            and a.next_at between a.due_at and a.due_at + interval '168 hours'
        ) as passed_on_in_time
    from assignment as a
    inner join curated.fct_lead as l on a.lead_id = l.lead_id
    left join curated.fct_lead_progress as p on l.customer_id = p.customer_id and l.lead_id = p.lead_id
    group by a.month_on
),

facts as (
    select
        s.slice_on,
        c.assignments,
        c.passed_on_in_time
    from slices as s
    inner join counted as c on s.slice_on = c.month_on
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
