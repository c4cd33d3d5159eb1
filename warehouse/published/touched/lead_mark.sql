-- Months of collection in published.lead_mark that rows of these loads change.
-- An order later than the first one changes nothing.
with delivered_lead as (
    select s.lead_id
    from staging.stg_leads as s
    where s.load_id = any(:loads)
),

delivered_order as (
    select o.*
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

touched as (
    select p.cohort_on
    from delivered_lead as d
    inner join curated.fct_lead_progress as p on d.lead_id = p.lead_id
    union
    select p.cohort_on
    from delivered_order as d
    inner join curated.fct_lead_progress as p on d.lead_id = p.lead_id
    where coalesce(d.ordered_at <= p.first_ordered_at, true)
    union
    select p.cohort_on
    from delivered_order as d
    inner join curated.fct_lead_progress as p on d.customer_id = p.customer_id
    where d.lead_id is null and coalesce(d.ordered_at <= p.first_ordered_at, true)
    union
    select p.cohort_on
    from moved_branch as d
    inner join curated.fct_lead_progress as p on d.branch_id = p.branch_id
)

select cohort_on as slice_on
from touched
