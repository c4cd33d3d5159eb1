-- Slices made anew, by one cut, whose promises decided, or broken, are not those of the facts.
-- Reads  {batch}: gate.figures_complaint_company; ops.candidate, curated.fct_complaint
-- Why    asked of what is over, another way: late is late, whatever became of it; decided in time is what was resolved or rejected.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'complaint_company' and edition_id = refresh_id
),

cuts as (
    select c.cut
    from (values ('all'), ('category'), ('severity'), ('channel'), ('cause')) as c (cut)
),

figures as (
    select
        slice_on,
        cut,
        sum(decided) as decided,
        sum(breached) as breached
    from {batch}
    where is_new
    group by slice_on, cut
),

facts as (
    select
        c.cohort_on as slice_on,
        u.cut,
        count(*) filter (where c.ended_at > c.due_at or c.outcome_code in ('resolved', 'rejected')) as decided,
        count(*) filter (where c.ended_at > c.due_at) as breached
    from slices as s
    inner join curated.fct_complaint as c on s.slice_on = c.cohort_on
    cross join cuts as u
    where c.due_at is not null and c.ended_at is not null and c.cohort_on > date '0001-01-01'
    group by c.cohort_on, u.cut
)

select
    g.decided as decided_published,
    f.decided as decided_in_facts,
    g.breached as breached_published,
    f.breached as breached_in_facts,
    coalesce(g.cut, f.cut) as cut,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on and g.cut = f.cut
where
    coalesce(g.slice_on, f.slice_on) > date '0001-01-01'
    and (
        coalesce(g.decided, 0) <> coalesce(f.decided, 0)
        or coalesce(g.breached, 0) <> coalesce(f.breached, 0)
    )
