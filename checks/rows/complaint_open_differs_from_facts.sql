-- Complaints that are open in the facts but not in the list, and the other way round.
-- Reads  {batch}: gate.figures_complaint_open; ops.candidate, curated.fct_complaint
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'complaint_open' and edition_id = refresh_id
),

listed as (
    select complaint_id
    from {batch}
    where is_new
),

running as (
    select c.complaint_id
    from slices as s
    inner join curated.fct_complaint as c on s.slice_on = c.cohort_on
    where c.opened_at is not null and c.ended_at is null
)

select
    l.complaint_id as listed_only,
    r.complaint_id as running_only
from listed as l
full outer join running as r on l.complaint_id = r.complaint_id
where l.complaint_id is null or r.complaint_id is null
