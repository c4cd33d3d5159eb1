-- curated.fct_attendance
-- One row per person invited to an event.
-- Reads  staging.now_attendances, curated.dim_event
-- Key    event_id, lead_id, customer_code
-- Feeds  attendances, events
-- Why    an attendance happened on the day of its event, so it is made again when the event is moved.
with touched as (
    select event_id from staging.stg_attendances
    where load_id = any(:loads)
    union
    select event_id from staging.stg_events
    where load_id = any(:loads)
),

attendance as (
    select n.*
    from staging.now_attendances as n
    inner join touched as t on n.event_id = t.event_id
),

final as (
    select
        a.event_id,
        a.lead_id,
        a.customer_id as customer_code,
        a.is_attended,
        a.is_existing_customer,
        a.invited_at,
        a.confirmed_at,
        e.held_on,
        curated.party_id(coalesce('customer:' || a.customer_id, 'lead:' || a.lead_id, 'event:' || a.event_id)) as customer_id
    from attendance as a
    left join curated.dim_event as e on a.event_id = e.event_id
)

select *
from final
