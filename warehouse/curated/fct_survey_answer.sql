-- curated.fct_survey_answer
-- One row per invitation and question answered.
-- Reads  staging.now_survey_answers, staging.now_surveys
-- Key    invite_id; invite_id -> curated.fct_survey
-- Feeds  survey_answers, surveys
-- Why    all answers of an invitation are written anew together, because they carry the customer of the invitation.
with touched as (
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
),

survey as (
    select
        s.invite_id,
        curated.party_id(coalesce('customer:' || s.customer_id, 'survey:' || s.invite_id)) as customer_id
    from staging.now_surveys as s
    inner join touched as t on s.invite_id = t.invite_id
),

answer as (
    select a.*
    from staging.now_survey_answers as a
    inner join touched as t on a.invite_id = t.invite_id
),

final as (
    select
        s.customer_id,
        a.invite_id,
        a.question_code,
        a.score,
        a.scale_min,
        a.scale_max,
        a.comment_hash is not null as has_comment
    from answer as a
    inner join survey as s on a.invite_id = s.invite_id
)

select * from final
