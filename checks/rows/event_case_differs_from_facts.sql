-- Events that the list of cases holds and the facts do not ask for, and the other way round.
-- Reads  {batch}: gate.figures_event_case; ops.candidate, published.load_feed, published.setting, curated.dim_event, curated.fct_attendance
with
moment as (
    select max(f.newest_at) at time zone max(z.value) as local_time
    from ops.candidate as c
    inner join published.load_feed as f
        on f.feed in ('events', 'attendances', 'branches') and f.state in ('candidate', 'passed')
    inner join published.setting as z on z.name = 'reporting_zone'
    where c.table_name = 'event_case' and c.edition_id = c.refresh_id
),

listed as (
    select
        event_id,
        attended
    from {batch}
    where is_new
),

event as (
    select e.event_id
    from moment as m
    inner join curated.dim_event as e on cast(m.local_time as date) - e.held_on between 0 and 91
),

came as materialized (
    select
        e.event_id,
        count(*) as attended
    from event as e
    inner join curated.fct_attendance as a on e.event_id = a.event_id
    where a.is_attended
    group by e.event_id
),

facts as (
    select
        e.event_id,
        coalesce(c.attended, 0) as attended
    from event as e
    left join came as c on e.event_id = c.event_id
)

select
    l.event_id as listed,
    f.event_id as in_facts,
    l.attended as listed_guests,
    f.attended as in_facts_guests
from listed as l
full outer join facts as f on l.event_id = f.event_id and l.attended = f.attended
where l.event_id is null or f.event_id is null
