-- Branches whose flows of complaints do not add up to what the facts say is open.
-- Reads  {batch}: gate.figures_complaint_daily; ops.candidate, curated.fct_complaint
-- Why    asked only when the candidate has made days anew; facts without a time of receipt are in no flow.
with
asked as (
    select count(*) as slices
    from ops.candidate
    where table_name = 'complaint_daily' and edition_id = refresh_id
),

flows as (
    select
        branch_id,
        sum(opened + reopened - ended) as still_open
    from {batch}
    group by branch_id
),

facts as (
    select
        c.branch_id,
        count(*) as still_open
    from curated.fct_complaint as c
    where c.ended_at is null and c.cohort_on = date '0001-01-01' and c.opened_at is not null
    group by c.branch_id
)

select
    f.still_open as by_flows,
    o.still_open as in_facts,
    coalesce(f.branch_id, o.branch_id) as branch_id
from flows as f
full outer join facts as o on f.branch_id = o.branch_id
cross join asked
where asked.slices > 0 and coalesce(f.still_open, 0) <> coalesce(o.still_open, 0)
