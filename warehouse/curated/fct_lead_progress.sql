-- curated.fct_lead_progress
-- One row per lead: how far it has come, and how long it took to order.
-- Reads  curated.fct_lead, curated.fct_contact, curated.fct_attendance, curated.fct_order
-- Key    lead_id; branch_id -> curated.dim_branch, source_code -> curated.dim_lead_source
-- Feeds  leads, orders, contacts, attendances, events
-- Why    an order belongs to the lead it names; where it names none, to every lead of its customer collected before it. A
--        lead whose day is unknown, or an order whose day is unknown, belongs by its customer alone.
--        Stages: 1 collected, 2 genuine, 3 reached, 4 invited, 5 attended, 6 ordered, 7 ordered again (on a later day),
--        8 referred a genuine lead. A lead is in the furthest it ever got to.
with touched_lead as (
    select
        every_version.lead_id,
        every_version.referrer_customer_id as customer_code
    from staging.stg_leads as delivered
    inner join staging.stg_leads as every_version on delivered.lead_id = every_version.lead_id
    where delivered.load_id = any(:loads)
),

touched_order as (
    select
        every_version.lead_id,
        every_version.customer_id as customer_code
    from staging.stg_orders as delivered
    inner join staging.stg_orders as every_version on delivered.order_id = every_version.order_id
    where delivered.load_id = any(:loads)
),

touched_contact as (
    select
        every_version.lead_id,
        every_version.customer_id as customer_code
    from staging.stg_contacts as delivered
    inner join staging.stg_contacts as every_version on delivered.contact_id = every_version.contact_id
    where delivered.load_id = any(:loads)
),

touched_attendance as (
    select
        lead_id,
        customer_id as customer_code
    from staging.stg_attendances
    where load_id = any(:loads)
    union all
    select
        a.lead_id,
        a.customer_id as customer_code
    from staging.stg_events as delivered
    inner join staging.stg_attendances as a on delivered.event_id = a.event_id
    where delivered.load_id = any(:loads)
),

touched_by as (
    select * from touched_lead
    union
    select * from touched_order
    union
    select * from touched_contact
    union
    select * from touched_attendance
),

touched as (
    select lead_id from touched_by
    where lead_id is not null
    union
    select l.lead_id
    from touched_by as t
    inner join curated.fct_lead as l on curated.party_id('customer:' || t.customer_code) = l.customer_id
),

lead as (
    select l.*
    from curated.fct_lead as l
    inner join touched as t on l.lead_id = t.lead_id
),

contact_of_lead as materialized (
    select
        lead_id,
        case when purpose_code = 'invitation' then 4 else 3 end as stage,
        min(started_at) as happened_at
    from curated.fct_contact
    where is_reached and lead_id in (select t.lead_id from touched as t)
    group by lead_id, stage
),

contact_of_customer as (
    select
        l.lead_id,
        case when c.purpose_code = 'invitation' then 4 else 3 end as stage,
        min(c.started_at) as happened_at
    from lead as l
    inner join curated.fct_contact as c on l.customer_id = c.customer_id and c.lead_id is null
    where c.is_reached and coalesce(c.started_at >= l.collected_at, true)
    group by l.lead_id, stage
),

attendance_of_lead as materialized (
    select
        lead_id,
        case when is_attended then 5 else 4 end as stage,
        min(invited_at) as happened_at
    from curated.fct_attendance
    where lead_id in (select t.lead_id from touched as t)
    group by lead_id, stage
),

attendance_of_customer as (
    select
        l.lead_id,
        case when a.is_attended then 5 else 4 end as stage,
        min(a.invited_at) as happened_at
    from lead as l
    inner join curated.fct_attendance as a on l.customer_id = a.customer_id and a.lead_id is null
    where coalesce(a.held_on >= l.collected_on, true)
    group by l.lead_id, stage
),

order_of_lead as materialized (
    select
        lead_id,
        ordered_at,
        ordered_on
    from curated.fct_order
    where lead_id in (select t.lead_id from touched as t)
),

attributed as (
    select * from order_of_lead
    union all
    select
        l.lead_id,
        o.ordered_at,
        o.ordered_on
    from lead as l
    inner join curated.fct_order as o on l.customer_id = o.customer_id and o.lead_id is null
    where coalesce(o.ordered_at >= l.collected_at, true)
),

first_order as (
    select
        lead_id,
        min(ordered_at) as first_ordered_at,
        min(ordered_on) as first_ordered_on
    from attributed
    group by lead_id
),

second_order as (
    select
        a.lead_id,
        min(a.ordered_at) as second_ordered_at
    from attributed as a
    inner join first_order as f on a.lead_id = f.lead_id and a.ordered_on > f.first_ordered_on
    group by a.lead_id
),

referral as materialized (
    select
        referrer_id,
        min(collected_at) as referred_at
    from curated.fct_lead
    where is_genuine and referrer_id in (select l.customer_id from lead as l)
    group by referrer_id
),

moment as (
    select * from contact_of_lead
    union all
    select * from contact_of_customer
    union all
    select * from attendance_of_lead
    union all
    select * from attendance_of_customer
),

furthest as (
    select
        lead_id,
        max(stage) as stage,
        min(happened_at) filter (where stage = 3) as reached_at,
        min(happened_at) filter (where stage = 4) as invited_at
    from moment
    group by lead_id
),

final as (
    select
        l.customer_id,
        l.lead_id,
        l.branch_id,
        l.source_code,
        l.collected_at,
        l.collected_on,
        l.is_genuine,
        f.reached_at,
        f.invited_at,
        o.first_ordered_at,
        s.second_ordered_at,
        r.referred_at,
        coalesce(cast(date_trunc('month', l.collected_on) as date), date '0001-01-01') as cohort_on,
        case
            when r.referrer_id is not null then 8
            when s.lead_id is not null then 7
            when o.lead_id is not null then 6
            else coalesce(f.stage, case when l.is_genuine then 2 else 1 end)
        end as stage,
        o.lead_id is not null as has_ordered,
        case
            when o.first_ordered_at < l.collected_at then 0
            else extract(epoch from o.first_ordered_at - l.collected_at)
        end as wait_seconds
    from lead as l
    left join furthest as f on l.lead_id = f.lead_id
    left join first_order as o on l.lead_id = o.lead_id
    left join second_order as s on l.lead_id = s.lead_id
    left join referral as r on l.customer_id = r.referrer_id
)

select *
from final
