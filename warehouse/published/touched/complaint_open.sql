-- touched slices of published.complaint_open
-- The one slice, where these loads bring anything about complaints, working hours or branches.
-- Reads  staging.stg_complaints, staging.stg_complaint_events, staging.stg_working_hours, staging.stg_branches
-- Why    what still runs is measured anew at the data date.
with delivered as (
    select load_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select load_id from staging.stg_complaint_events
    where load_id = any(:loads)
    union
    select load_id from staging.stg_working_hours
    where load_id = any(:loads)
    union
    select load_id from staging.stg_branches
    where load_id = any(:loads)
),

final as (
    select date '0001-01-01' as slice_on
    where exists (select from delivered)
)

select * from final
