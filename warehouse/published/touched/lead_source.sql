-- Slices of published.lead_source that rows of these loads change: the one there is.
select date '0001-01-01' as slice_on
where exists (
    select 1 from staging.stg_lead_sources as s
    where s.load_id = any(:loads)
)
