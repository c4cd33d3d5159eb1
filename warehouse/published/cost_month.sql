-- published.cost_month
-- One row per month, branch and source: what was spent on leads, and the share of that source in what events cost.
-- Reads  curated.fct_lead_cost, curated.dim_event, curated.fct_attendance, curated.fct_lead, curated.dim_branch
-- Feeds  lead_costs, events, attendances, leads, currency_rates, branches
-- Slice  month of the cost; 0001-01-01 for events whose day is unknown
-- Reach  exact: a month is made again when its costs, the guests of its events or their leads change.
-- Why    an event is paid for by those who came, each in equal part: a guest's part belongs to the source of the lead, or of
--        the first lead of the customer. Parts are differences of running sums, so that they add up to the cost exactly.
--        What nobody came to, and guests whom no lead brought, have no source.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

booked as (
    select
        s.slice_on,
        c.branch_id,
        c.source_code,
        c.amount
    from slice as s
    inner join curated.fct_lead_cost as c
        on s.slice_on <= c.month_on and c.month_on < cast(s.slice_on + interval '1 month' as date)
    where c.amount is not null
),

event as (
    select
        s.slice_on,
        e.event_id,
        e.branch_id,
        e.cost_amount
    from slice as s
    inner join curated.dim_event as e on s.slice_on = coalesce(cast(date_trunc('month', e.held_on) as date), date '0001-01-01')
    where e.cost_amount is not null
),

guest as (
    select
        a.event_id,
        a.customer_id,
        a.lead_id,
        coalesce(a.is_existing_customer, false) as is_existing
    from curated.fct_attendance as a
    inner join event as e on a.event_id = e.event_id
    where a.is_attended
),

first_lead as (
    select distinct on (l.customer_id)
        l.customer_id,
        l.source_code
    from curated.fct_lead as l
    inner join guest as g on l.customer_id = g.customer_id and g.lead_id is null
    order by l.customer_id, l.collected_at nulls first, l.lead_id
),

sourced as (
    select
        g.event_id,
        g.is_existing,
        case when g.lead_id is null then f.source_code else l.source_code end as source_code
    from guest as g
    left join curated.fct_lead as l on g.lead_id = l.lead_id
    left join first_lead as f on g.customer_id = f.customer_id
),

counted as (
    select
        event_id,
        is_existing,
        source_code,
        count(*) as guests,
        sum(count(*)) over (partition by event_id order by source_code, is_existing) as up_to,
        sum(count(*)) over (partition by event_id) as everybody
    from sourced
    group by event_id, is_existing, source_code
),

shared as (
    select
        e.slice_on,
        e.branch_id,
        c.source_code,
        c.is_existing,
        curated.first_part(e.cost_amount, c.up_to / c.everybody)
        - curated.first_part(e.cost_amount, (c.up_to - c.guests) / c.everybody) as amount
    from counted as c
    inner join event as e on c.event_id = e.event_id
),

spent as (
    select
        slice_on,
        branch_id,
        source_code,
        'source' as spent_on,
        amount
    from booked
    union all
    select
        slice_on,
        branch_id,
        source_code,
        case when is_existing then 'existing' else 'new' end as spent_on,
        amount
    from shared
    union all
    select
        e.slice_on,
        e.branch_id,
        null as source_code,
        'nobody' as spent_on,
        e.cost_amount as amount
    from event as e
    where e.event_id not in (select g.event_id from guest as g)
),

added as (
    select
        slice_on,
        branch_id,
        source_code,
        coalesce(sum(amount) filter (where spent_on = 'source'), 0) as source_amount,
        coalesce(sum(amount) filter (where spent_on = 'new'), 0) as new_amount,
        coalesce(sum(amount) filter (where spent_on = 'existing'), 0) as existing_amount,
        coalesce(sum(amount) filter (where spent_on = 'nobody'), 0) as unattended_amount
    from spent
    group by slice_on, branch_id, source_code
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        a.slice_on,
        a.branch_id,
        b.region_id,
        a.source_code,
        a.source_amount,
        a.new_amount,
        a.existing_amount,
        a.unattended_amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
