-- curated.dim_event
-- One row per event that people are invited to.
-- Reads  staging.now_events
-- Key    event_id; branch_id -> curated.dim_branch
-- Feeds  events
-- Why    an attendance has no day of its own: it happened when the event was held.
with touched as (
    select distinct event_id from staging.stg_events
    where load_id = any(:loads)
),

event as (
    select n.*
    from staging.now_events as n
    inner join touched as t on n.event_id = t.event_id
),

final as (
    select
        event_id,
        branch_id,
        event_kind,
        held_on
    from event
)

select *
from final
