-- touched slices of published.survey_moment
-- One row per month of sending of the invitations that these loads bring or answer, or of branches that they move.
-- Reads  staging.stg_surveys, staging.stg_survey_answers, staging.now_branches, curated.fct_survey, curated.dim_branch
-- Why    asked before and after curating: where an invitation stood and where it stands now.
with delivered as (
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
),

moved as (
    select coalesce(n.branch_id, d.branch_id) as branch_id
    from staging.now_branches as n
    full join curated.dim_branch as d on n.branch_id = d.branch_id
    where n.region_id is distinct from d.region_id
),

final as (
    select s.cohort_on as slice_on
    from curated.fct_survey as s
    inner join delivered as d on s.invite_id = d.invite_id
    union
    select s.cohort_on as slice_on
    from curated.fct_survey as s
    inner join moved as m on s.branch_id = m.branch_id
)

select * from final
