-- published.skill_profile
-- One row per self-assessment of a member of staff, with a number in place of the name.
-- Reads  curated.fct_skill_assessment, curated.dim_staff, curated.dim_branch
-- Feeds  skill_assessments, staff, branches
-- Slice  month of the assessment
-- Reach  none: an assessment changes its own month
-- Why    a mean of five assessments may be one person five times: so that few people are told apart from few sheets, people
--        have to be counted, and people do not add. Staff are few; rows are small.
with assessment as (
    select
        staff_id,
        cohort_on,
        assessed_on,
        contact,
        eliciting,
        informing,
        influencing,
        curated.party_id('staff:' || staff_id) as person
    from curated.fct_skill_assessment
    where cohort_on = any(:slices) and contact + eliciting + informing + influencing is not null
),

staff as (
    select
        staff_id,
        branch_id
    from curated.dim_staff
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        a.cohort_on as slice_on,
        s.branch_id,
        b.region_id,
        a.assessed_on,
        a.person,
        a.contact,
        a.eliciting,
        a.informing,
        a.influencing
    from assessment as a
    left join staff as s on a.staff_id = s.staff_id
    left join branch as b on s.branch_id = b.branch_id
)

select *
from final
