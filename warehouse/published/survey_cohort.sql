-- published.survey_cohort
-- One row per day of sending, branch, region, method and wave: invitations sent, and how many of them were answered.
-- Reads  curated.fct_survey, curated.dim_branch
-- Feeds  surveys, survey_answers, branches
-- Slice  month of sending
-- Reach  none: an answer changes the month of its own invitation
-- Why    answers are counted in the cohort that was asked, so that answered / sent is a share (AAPOR RR1).
with survey as (
    select * from curated.fct_survey
    where cohort_on = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

placed as (
    select
        s.*,
        b.region_id
    from survey as s
    left join branch as b on s.branch_id = b.branch_id
),

final as (
    select
        cohort_on as slice_on,
        branch_id,
        region_id,
        sent_on,
        method_code,
        wave_code,
        count(*) as sent,
        count(*) filter (where is_answered) as answered
    from placed
    group by cohort_on, branch_id, region_id, sent_on, method_code, wave_code
)

select * from final
