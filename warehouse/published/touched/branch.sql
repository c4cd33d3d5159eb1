-- Slices of published.branch that rows of these loads change: the one there is.
select date '0001-01-01' as slice_on
where exists (
    select 1 from staging.stg_branches as b
    where b.load_id = any(:loads)
)
