-- touched slices of published.complaint_company
-- One row per slice in which complaints of these loads stand.
-- Reads  staging.stg_complaints, staging.stg_complaint_events, curated.fct_complaint
-- Why    asked before and after curating: where a complaint stood and where it stands now. Whatever else changes, what still
--        runs is judged anew at the data date.
with delivered as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

final as (
    select c.cohort_on as slice_on
    from curated.fct_complaint as c
    inner join delivered as d on c.complaint_id = d.complaint_id
    union
    select date '0001-01-01' as slice_on
    where exists (select from delivered)
)

select * from final
