-- Complaints that the list of cases holds and the facts do not ask for, and the other way round.
-- Reads  {batch}: gate.figures_complaint_case; ops.candidate, published.load_feed, published.setting, curated.fct_complaint
with
moment as (
    select
        max(f.newest_at) as as_of,
        max(f.newest_at) at time zone max(z.value) as local_time
    from ops.candidate as c
    inner join published.load_feed as f
        on f.feed in ('complaints', 'complaint_events', 'branches') and f.state in ('candidate', 'passed')
    inner join published.setting as z on z.name = 'reporting_zone'
    where c.table_name = 'complaint_case' and c.edition_id = c.refresh_id
),

listed as (
    select
        complaint_id,
        sla
    from {batch}
    where is_new
),

facts as (
    select
        c.complaint_id,
        case
            when c.ended_at is null and c.due_at < m.as_of then 'breached_open'
            when c.ended_at is null and c.due_at is not null then 'running'
            when c.ended_at > c.due_at then 'breached_closed'
            when c.outcome_code in ('resolved', 'rejected') and c.due_at is not null then 'met'
        end as sla
    from moment as m
    inner join curated.fct_complaint as c on m.as_of >= c.opened_at
    where c.ended_at is null or cast(m.local_time as date) - c.opened_on < 92
)

select
    l.complaint_id as listed,
    f.complaint_id as in_facts,
    l.sla as listed_as,
    f.sla as in_facts_as
from listed as l
full outer join facts as f on l.complaint_id = f.complaint_id and l.sla is not distinct from f.sla
where l.complaint_id is null or f.complaint_id is null
