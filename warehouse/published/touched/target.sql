-- Months in published.target that rows of these loads change: those in which their targets begin.
select distinct cast(date_trunc('month', t.period_on) as date) as slice_on
from staging.stg_targets as t
where t.load_id = any(:loads)
