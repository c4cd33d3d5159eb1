-- Quarters in which more customers of a branch's cohort ordered than are in it.
-- Reads  {batch}: gate.figures_retention_cohort
with
figures as (
    select
        slice_on,
        branch_id,
        cohort_on,
        customers
    from {batch}
),

cohort as (
    select
        branch_id,
        cohort_on,
        customers
    from figures
    where slice_on = cohort_on
)

select
    f.slice_on,
    f.branch_id,
    f.cohort_on,
    f.customers,
    c.customers as in_cohort
from figures as f
left join cohort as c on f.branch_id is not distinct from c.branch_id and f.cohort_on = c.cohort_on
where f.customers > coalesce(c.customers, 0)
