-- Slices made anew whose calls or objections are not those of the facts.
-- Reads  {batch}: gate.figures_call_day; ops.candidate, curated.fct_contact
-- Why    the six calls are named: care, complaints and visits are other things.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'call_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(calls) as calls,
        coalesce(sum(calls) filter (where objection_code is not null), 0) as objections
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        s.slice_on,
        count(*) as calls,
        count(c.objection_code) as objections
    from slices as s
    inner join curated.fct_contact as c on s.slice_on <= c.started_on and s.slice_on + interval '1 month' > c.started_on
    where c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
    group by s.slice_on
)

select
    g.calls as published,
    f.calls as in_facts,
    g.objections as objections_published,
    f.objections as objections_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where g.calls is distinct from f.calls or g.objections is distinct from f.objections
