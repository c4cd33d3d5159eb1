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

joined as (
    select
        s.*,
        s.answered_at is not null or a.invite_id is not null as is_answered
    from survey as s
    left join answered as a on s.invite_id = a.invite_id
),

worked_out as (
    select
        *,
        cast(sent_at at time zone :zone as date) as sent_on,
        curated.party_id(coalesce('customer:' || customer_id, 'survey:' || invite_id)) as party_id,
        coalesce(cast(date_trunc('month', sent_at at time zone :zone) as date), date '0001-01-01') as cohort_on
    from joined
),

final as (
    select
        party_id as customer_id,
        invite_id,
        customer_id as customer_code,
        branch_id,
        complaint_id,
        method_code,
        wave_code,
        sent_at,
        sent_on,
        cohort_on,
        answered_at,
        is_answered
    from worked_out
)

select * from final
