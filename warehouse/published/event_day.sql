-- published.event_day
-- One row per day of an event, branch and kind: who was invited, confirmed and came, and what they ordered within 30 days.
-- Reads  curated.dim_event, curated.fct_attendance, curated.fct_lead, curated.fct_order, curated.dim_branch
-- Feeds  events, attendances, orders, leads, currency_rates, branches
-- Slice  month in which the event was held; 0001-01-01 where its day is unknown
-- Reach  a month is made again when its events, their guests or guests' leads change, when guests of the next 30 days do, and
--        when anything is ordered within 30 days of one of its events.
-- Why    every order counts for one event at most: the one that it names, else the latest that its customer, or the lead that
--        it names, came to in the 30 days before. Whether an event has had its 30 days is asked when the figure is read.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

event as (
    select
        e.*,
        s.slice_on
    from slice as s
    inner join curated.dim_event as e on s.slice_on = coalesce(cast(date_trunc('month', e.held_on) as date), date '0001-01-01')
),

come as (
    select
        event_id,
        count(*) as invited,
        count(confirmed_at) as confirmed,
        count(confirmed_at) filter (where is_attended) as confirmed_attended,
        count(*) filter (where is_attended) as attended,
        count(*) filter (where is_attended and is_existing_customer) as existing
    from curated.fct_attendance
    where event_id in (select e.event_id from event as e)
    group by event_id
),

rival as (
    select distinct
        e.event_id,
        e.held_on
    from slice as s
    inner join curated.dim_event as e
        on s.slice_on <= e.held_on and e.held_on <= cast(s.slice_on + interval '1 month' as date) + 30
),

attended as materialized (
    select
        r.event_id,
        r.held_on,
        a.lead_id,
        a.customer_code,
        a.customer_id
    from rival as r
    inner join curated.fct_attendance as a on r.event_id = a.event_id
    where a.is_attended
),

guest_lead as materialized (
    select
        lead_id,
        customer_id
    from curated.fct_lead
    where lead_id in (select a.lead_id from attended as a)
),

guest as materialized (
    select
        a.event_id,
        a.held_on,
        a.lead_id,
        case when a.customer_code is null then coalesce(l.customer_id, a.customer_id) else a.customer_id end as customer_id
    from attended as a
    left join guest_lead as l on a.lead_id = l.lead_id
),

candidate as (
    select
        g.event_id,
        g.held_on,
        o.order_id,
        o.amount
    from guest as g
    inner join curated.fct_order as o on g.customer_id = o.customer_id
    where o.ordered_on between g.held_on and g.held_on + 30 and coalesce(o.event_id = g.event_id, true)
    union
    select
        g.event_id,
        g.held_on,
        o.order_id,
        o.amount
    from guest as g
    inner join curated.fct_order as o on g.lead_id = o.lead_id
    where o.ordered_on between g.held_on and g.held_on + 30 and coalesce(o.event_id = g.event_id, true)
),

latest as (
    select distinct on (order_id) *
    from candidate
    order by order_id asc, held_on desc, event_id desc
),

brought as (
    select
        event_id,
        count(*) as orders,
        sum(amount) as amount
    from latest
    group by event_id
),

added as (
    select
        e.slice_on,
        e.branch_id,
        e.event_kind,
        e.held_on,
        count(*) as events,
        coalesce(sum(c.invited), 0) as invited,
        coalesce(sum(c.confirmed), 0) as confirmed,
        coalesce(sum(c.confirmed_attended), 0) as confirmed_attended,
        coalesce(sum(c.attended), 0) as attended,
        coalesce(sum(c.existing), 0) as existing,
        coalesce(sum(b.orders), 0) as orders,
        coalesce(sum(b.amount), 0) as amount,
        coalesce(sum(e.cost_amount), 0) as cost_amount
    from event as e
    left join come as c on e.event_id = c.event_id
    left join brought as b on e.event_id = b.event_id
    group by e.slice_on, e.branch_id, e.event_kind, e.held_on
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
        a.event_kind,
        a.held_on,
        a.events,
        a.invited,
        a.confirmed,
        a.confirmed_attended,
        a.attended,
        a.existing,
        a.orders,
        a.amount,
        a.cost_amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
