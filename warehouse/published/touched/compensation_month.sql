-- Months of opening in published.compensation_month that rows of these loads change: those of complaints with a compensation.
with delivered as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

touched as (
    select c.opened_on
    from curated.fct_complaint as c
    inner join delivered as d on c.complaint_id = d.complaint_id
    where c.compensation_amount is not null
    union
    select c.opened_on
    from curated.fct_complaint as c
    inner join moved_branch as m on c.branch_id = m.branch_id
    where c.compensation_amount is not null
),

final as (
    select distinct coalesce(cast(date_trunc('month', opened_on) as date), date '0001-01-01') as slice_on
    from touched
)

select *
from final
