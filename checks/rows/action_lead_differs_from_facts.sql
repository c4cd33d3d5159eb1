-- Leads for which the list says something else than the facts.
-- Reads  {batch}: gate.figures_action_lead; ops.candidate, published.load_feed, curated.fct_lead, curated.fct_lead_progress, curated.fct_lead_call,
--        curated.fct_lead_assignment, curated.fct_contact
-- Why    the owner is the newest of all; how long ago is counted from the newest record of the feeds.
with
moment as (
    select max(f.newest_at) as as_of
    from ops.candidate as c
    inner join published.load_feed as f
        on
            f.feed in ('leads', 'contacts', 'lead_assignments', 'orders', 'lead_sources', 'branches')
            and f.state in ('candidate', 'passed')
    where c.table_name = 'action_lead' and c.edition_id = c.refresh_id
),

listed as (
    select
        lead_id,
        action
    from {batch}
    where is_new
),

assigned as (
    select
        lead_id,
        max(assigned_at) as assigned_at,
        count(*) as owners
    from curated.fct_lead_assignment
    where
        lead_id in (
            select n.lead_id
            from moment as m
            inner join curated.fct_lead_assignment as n
                on m.as_of - n.assigned_at < interval '2880 hours' and m.as_of - interval '160 days' < n.cohort_on
        )
    group by lead_id
),

lately as materialized (
    select l.lead_id
    from moment as m
    inner join curated.fct_lead as l
        on m.as_of - l.collected_at < interval '2160 hours' and m.as_of - interval '100 days' < l.collected_on
    union
    select lead_id from assigned
),

open_lead as (
    select
        l.customer_id,
        l.lead_id,
        f.first_screened_at,
        a.assigned_at,
        m.as_of - l.collected_at as age,
        m.as_of - a.assigned_at as held_for,
        coalesce(a.owners, 1) as owners
    from moment as m
    cross join lately as r
    inner join curated.fct_lead as l on r.lead_id = l.lead_id
    inner join curated.fct_lead_progress as p on l.customer_id = p.customer_id and l.lead_id = p.lead_id
    inner join curated.fct_lead_call as f on l.customer_id = f.customer_id and l.lead_id = f.lead_id
    left join assigned as a on l.lead_id = a.lead_id
    where
        coalesce(l.is_genuine, true)
        and p.first_ordered_at is null
        and not p.has_ordered
),

called as materialized (
    select o.lead_id
    from open_lead as o
    inner join curated.fct_contact as c
        on o.customer_id = c.customer_id and o.lead_id = coalesce(c.lead_id, o.lead_id) and o.assigned_at <= c.started_at
    where o.owners > 1
    union
    select o.lead_id
    from open_lead as o
    inner join curated.fct_contact as c on o.lead_id = c.lead_id and o.assigned_at <= c.started_at
    where o.owners > 1
),

facts as (
    select
        o.lead_id,
        case
            when o.held_for >= interval '2160 hours' then 'pass_on'
            when o.held_for >= interval '1992 hours' then 'expiring'
            when o.owners > 1 and o.lead_id not in (select c.lead_id from called as c) then 'call_again'
            when
                o.owners = 1
                and o.age between interval '0 hours' and interval '2160 hours'
                and o.age <> interval '2160 hours'
                and o.first_screened_at is null
                then 'screen'
        end as action
    from open_lead as o
)

select
    l.action as listed,
    f.action as in_facts,
    coalesce(l.lead_id, f.lead_id) as lead_id
from listed as l
full outer join facts as f on l.lead_id = f.lead_id
where l.action is distinct from f.action
