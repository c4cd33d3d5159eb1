-- curated.fct_survey
-- One row per invitation to a survey, answered or still out.
-- Reads  staging.now_surveys, staging.now_survey_answers
-- Key    invite_id; branch_id -> curated.dim_branch
-- Feeds  surveys, survey_answers
-- Why    an invitation is answered when it has an answer, whether or not somebody noted the time.
with touched as (
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
),

survey as (
    select s.*
    from staging.now_surveys as s
    inner join touched as t on s.invite_id = t.invite_id
),

answered as (
    select distinct a.invite_id
    from staging.now_survey_answers as a
    inner join touched as t on a.invite_id = t.invite_id
),

final as (
    select
        curated.party_id(coalesce('customer:' || s.customer_id, 'survey:' || s.invite_id)) as customer_id,
        s.invite_id,
        s.customer_id as customer_code,
        s.branch_id,
        s.complaint_id,
        s.method_code,
        s.wave_code,
        s.sent_at,
        cast(s.sent_at at time zone :zone as date) as sent_on,
        coalesce(
            cast(date_trunc('month', s.sent_at at time zone :zone) as date),
            date '0001-01-01'
        ) as cohort_on,
        s.answered_at,
        s.answered_at is not null or a.invite_id is not null as is_answered
    from survey as s
    left join answered as a on s.invite_id = a.invite_id
)

select * from final
