-- Slices made anew whose complaints that came are not those of the facts that were ever open.
-- Reads  {batch}: gate.figures_complaint_daily; ops.candidate, curated.fct_complaint
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'complaint_daily' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(opened) as opened
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        s.slice_on,
        count(*) as opened
    from slices as s
    inner join curated.fct_complaint as c
        on s.slice_on <= c.opened_on and c.opened_on < cast(s.slice_on + interval '1 month' as date)
    where not isempty(c.open_while)
    group by s.slice_on
)

select
    g.opened as published,
    f.opened as in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where coalesce(g.opened, 0) <> coalesce(f.opened, 0)
