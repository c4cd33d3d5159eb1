-- published.action_lead
-- One row per lead without an order for which something is due: what, by when, and who has the lead.
-- Reads  curated.fct_lead, curated.fct_lead_progress, curated.fct_lead_call, curated.fct_lead_assignment,
--        curated.fct_contact, curated.dim_lead_source, curated.dim_branch
-- Feeds  leads, contacts, lead_assignments, orders, lead_sources, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    the most urgent of four. pass_on: its owner has had 90 days, and 7 more to pass it on; after 30 days it is no longer
--        today's. expiring: the last 7 of the 90. call_again: passed on, and the new owner has not called. screen: not
--        screened, collected within 90 days; the days to screen are those of lead.screened_on_time_rate. What is judged is
--        materialized: joined with its leads at once, Postgres expects one row and looks through all calls for each.
--        `place` is the lead's in branch and action, in the order of the list: the first of several branches are among the first
--        of each.
with slice as (
    select
        slice_on,
        cast(:data_until as timestamptz) as as_of
    from unnest(cast(:slices as date[])) as s (slice_on)
),

owned as (
    select
        a.lead_id,
        a.staff_id,
        a.assigned_at,
        a.owner_number,
        a.assigned_at + interval '1992 hours' as expiring_from,
        a.assigned_at + interval '2160 hours' as passing_on_from
    from slice as s
    inner join curated.fct_lead_assignment as a
        on
            s.as_of - interval '2880 hours' < a.assigned_at
            and cast(date_trunc('month', s.as_of - interval '3000 hours') as date) <= a.cohort_on
    where a.passed_on_at is null
),

fresh as (
    select p.lead_id
    from slice as s
    inner join curated.fct_lead_progress as p
        on
            s.as_of - interval '2160 hours' < p.collected_at
            and s.as_of >= p.collected_at
            and cast(date_trunc('month', s.as_of - interval '2300 hours') as date) <= p.cohort_on
),

candidate as (
    select lead_id from owned
    union
    select lead_id from fresh
),

usual as (
    select cast(:calls as jsonb) -> 'screening_days' as allowed
),

lead as (
    select
        s.slice_on,
        s.as_of,
        p.customer_id,
        p.lead_id,
        p.branch_id,
        p.source_code,
        p.collected_at,
        o.staff_id,
        o.assigned_at,
        o.owner_number,
        o.expiring_from,
        o.passing_on_from,
        make_interval(
            hours => 24 * cast(
                coalesce(
                    d.screening_days, cast(u.allowed ->> d.source_group as integer), cast(u.allowed ->> 'default' as integer)
                ) as integer
            )
        ) as to_screen_within
    from slice as s
    cross join usual as u
    cross join candidate as c
    inner join curated.fct_lead_progress as p on c.lead_id = p.lead_id
    left join owned as o on p.lead_id = o.lead_id
    left join curated.dim_lead_source as d on p.source_code = d.source_code
    where not p.has_ordered and p.is_genuine is not false
),

called as (
    select l.lead_id
    from lead as l
    inner join curated.fct_contact as c on l.lead_id = c.lead_id and l.assigned_at <= c.started_at
    union
    select l.lead_id
    from lead as l
    inner join curated.fct_contact as c on l.customer_id = c.customer_id and l.assigned_at <= c.started_at
    where c.lead_id is null
),

judged as materialized (
    select
        l.*,
        case
            when l.passing_on_from <= l.as_of then 'pass_on'
            when l.expiring_from <= l.as_of then 'expiring'
            when l.owner_number > 1 and c.lead_id is null then 'call_again'
            when
                coalesce(l.owner_number, 1) = 1
                and f.first_screened_at is null
                and l.collected_at > l.as_of - interval '2160 hours'
                then 'screen'
        end as action
    from lead as l
    left join called as c on l.lead_id = c.lead_id
    left join curated.fct_lead_call as f on l.customer_id = f.customer_id and l.lead_id = f.lead_id
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

due as (
    select
        j.slice_on,
        j.branch_id,
        b.region_id,
        j.lead_id,
        l.customer_code,
        j.source_code,
        j.action,
        j.collected_at,
        j.assigned_at,
        j.staff_id as owner_staff_id,
        j.owner_number,
        j.as_of,
        case j.action
            when 'pass_on' then j.passing_on_from + interval '168 hours'
            when 'expiring' then j.passing_on_from
            when 'call_again' then j.assigned_at + j.to_screen_within
            else j.collected_at + j.to_screen_within
        end as due_at
    from judged as j
    inner join curated.fct_lead as l on j.customer_id = l.customer_id and j.lead_id = l.lead_id
    left join branch as b on j.branch_id = b.branch_id
    where j.action is not null
),

final as (
    select
        d.*,
        1 as leads,
        cast(d.due_at < d.as_of as integer) as late_leads,
        row_number() over (partition by d.branch_id, d.action order by d.due_at, d.lead_id) as place
    from due as d
)

select *
from final
