-- Months in published.skill_profile that rows of these loads change: of assessments delivered, of those of staff who move to
-- another branch, and of those in a branch that moves to another region.
with delivered as (
    select
        staff_id,
        assessed_on
    from staging.stg_skill_assessments
    where load_id = any(:loads)
),

moved_staff as (
    select s.staff_id
    from staging.stg_staff as s
    left join curated.dim_staff as d on s.staff_id = d.staff_id
    where s.load_id = any(:loads) and s.branch_id is distinct from d.branch_id
    union
    select d.staff_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    inner join curated.dim_staff as d on s.branch_id = d.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

final as (
    select a.cohort_on as slice_on
    from delivered as d
    inner join curated.fct_skill_assessment as a on d.staff_id = a.staff_id and d.assessed_on = a.assessed_on
    union
    select a.cohort_on as slice_on
    from moved_staff as m
    inner join curated.fct_skill_assessment as a on m.staff_id = a.staff_id
)

select slice_on
from final
