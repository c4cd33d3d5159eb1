-- touched slices of published.complaint_cohort
-- One row per slice in which complaints of these loads stand, or those that they repeat, or of branches that they move to
-- another region.
-- Reads  staging.stg_complaints, staging.stg_complaint_events, staging.now_branches, curated.fct_complaint, curated.dim_branch
-- Why    asked before and after curating: where a complaint stood and where it stands now. Whatever else changes, what still
--        runs is measured anew at the data date.
with delivered as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

moved as (
    select coalesce(n.branch_id, d.branch_id) as branch_id
    from staging.now_branches as n
    full join curated.dim_branch as d on n.branch_id = d.branch_id
    where n.region_id is distinct from d.region_id
),

final as (
    select c.cohort_on as slice_on
    from curated.fct_complaint as c
    inner join delivered as d on c.complaint_id = d.complaint_id
    union
    select c.cohort_on as slice_on
    from curated.fct_complaint as c
    inner join moved as m on c.branch_id = m.branch_id
    union
    select c.cohort_on as slice_on
    from delivered as d
    inner join curated.fct_complaint as n on d.complaint_id = n.complaint_id
    inner join curated.fct_complaint as c
        on
            n.customer_id = c.customer_id
            and n.category_code = c.category_code
            and n.opened_at > c.opened_at
            and n.opened_at - interval '720 hours' <= c.opened_at
    union
    select date '0001-01-01' as slice_on
    where exists (select from delivered)
)

select * from final
