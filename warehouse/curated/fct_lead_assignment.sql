-- curated.fct_lead_assignment
-- One row per assignment of a lead to a member of staff, from its beginning until the next of the same lead begins.
-- Reads  staging.now_lead_assignments
-- Key    lead_id; lead_id -> curated.fct_lead
-- Feeds  lead_assignments
-- Why    an assignment ends by the next, so a lead's assignments are made again together.
with touched as (
    select distinct lead_id from staging.stg_lead_assignments
    where load_id = any(:loads)
),

assignment as (
    select n.*
    from staging.now_lead_assignments as n
    inner join touched as t on n.lead_id = t.lead_id
),

final as (
    select
        lead_id,
        staff_id,
        assigned_at,
        cast(assigned_at at time zone :zone as date) as assigned_on,
        cast(date_trunc('month', assigned_at at time zone :zone) as date) as cohort_on,
        row_number() over lead_in_time as owner_number,
        lead(assigned_at) over lead_in_time as passed_on_at
    from assignment
    window lead_in_time as (partition by lead_id order by assigned_at)
)

select *
from final
