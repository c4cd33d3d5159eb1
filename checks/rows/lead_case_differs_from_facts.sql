-- Leads that the list of cases holds and the facts do not ask for, and the other way round.
-- Reads  {batch}: gate.figures_lead_case; ops.candidate, published.load_feed, published.setting, curated.fct_lead, curated.fct_lead_progress
with
moment as (
    select
        max(f.newest_at) as as_of,
        max(f.newest_at) at time zone max(z.value) as local_time
    from ops.candidate as c
    inner join published.load_feed as f
        on
            f.feed in ('leads', 'orders', 'contacts', 'attendances', 'events', 'branches')
            and f.state in ('candidate', 'passed')
    inner join published.setting as z on z.name = 'reporting_zone'
    where c.table_name = 'lead_case' and c.edition_id = c.refresh_id
),

listed as (
    select
        lead_id,
        stage
    from {batch}
    where is_new
),

facts as (
    select
        l.lead_id,
        p.stage
    from moment as m
    inner join curated.fct_lead as l on m.as_of >= l.collected_at and cast(m.local_time as date) - 92 < l.collected_on
    left join curated.fct_lead_progress as p on l.customer_id = p.customer_id and l.lead_id = p.lead_id
)

select
    l.lead_id as listed,
    f.lead_id as in_facts,
    l.stage as listed_at,
    f.stage as in_facts_at
from listed as l
full outer join facts as f on l.lead_id = f.lead_id and l.stage = f.stage
where l.lead_id is null or f.lead_id is null
