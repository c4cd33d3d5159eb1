-- published.survey_score
-- One row per day of sending, branch, region, method, wave, question, scale and score: how many answered so, and with a comment.
-- Reads  curated.fct_survey_answer, curated.fct_survey, curated.dim_branch
-- Feeds  survey_answers, surveys, branches
-- Slice  month of sending
-- Reach  none: an answer changes the month of its own invitation
-- Why    the whole distribution on the scale asked, so that every score, share and spread is made after adding.
with sent as (
    select * from curated.fct_survey
    where cohort_on = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

survey as (
    select
        s.*,
        b.region_id
    from sent as s
    left join branch as b on s.branch_id = b.branch_id
),

answer as (
    select *
    from curated.fct_survey_answer
    where score between scale_min and scale_max and scale_min < scale_max
),

final as (
    select
        s.cohort_on as slice_on,
        s.branch_id,
        s.region_id,
        s.sent_on,
        s.method_code,
        s.wave_code,
        a.question_code,
        a.score,
        a.scale_min,
        a.scale_max,
        count(*) as answers,
        count(*) filter (where a.has_comment) as commented
    from answer as a
    inner join survey as s on a.customer_id = s.customer_id and a.invite_id = s.invite_id
    group by
        s.cohort_on, s.branch_id, s.region_id, s.sent_on, s.method_code, s.wave_code,
        a.question_code, a.score, a.scale_min, a.scale_max
)

select * from final
