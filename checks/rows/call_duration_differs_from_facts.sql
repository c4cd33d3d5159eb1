-- Slices made anew whose calls are not those of the facts, or whose seconds are further off than the width of a bucket.
-- Reads  {batch}: gate.figures_call_duration; ops.candidate, curated.fct_contact
-- Why    the six calls are named: care, complaints and visits are other things. Up to one second is one bucket.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'call_duration' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(calls) as calls,
        sum(calls * published.duration_seconds(bucket + 0.5)) as seconds
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        s.slice_on,
        count(*) as calls,
        sum(greatest(c.duration_seconds, 1)) as seconds
    from slices as s
    inner join curated.fct_contact as c on s.slice_on <= c.started_on and s.slice_on + interval '1 month' > c.started_on
    where c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up') and c.duration_seconds > 0
    group by s.slice_on
)

select
    g.calls as published,
    f.calls as in_facts,
    g.seconds as seconds_published,
    f.seconds as seconds_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where g.calls is distinct from f.calls or abs(g.seconds / f.seconds - 1) > 0.0101
