-- published.action_answer
-- One row per survey answered in the last 30 days by a detractor or somebody dissatisfied, to whom nobody has spoken since.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.fct_contact, curated.dim_branch
-- Feeds  surveys, survey_answers, contacts, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    a detractor as nps counts them (0 to 6 of 10), dissatisfied as complaint.silent does (`overall` in the two lowest
--        fifths of its scale). An answer without its time counts from the invitation. Answers of customers without a
--        name cannot be called back.
with slice as (
    select
        slice_on,
        cast(:data_until as timestamptz) as as_of
    from unnest(cast(:slices as date[])) as s (slice_on)
),

survey as (
    select
        s.slice_on,
        s.as_of,
        v.customer_id,
        v.invite_id,
        v.customer_code,
        v.branch_id,
        v.complaint_id,
        v.method_code,
        coalesce(v.answered_at, v.sent_at) as answered_at
    from slice as s
    inner join curated.fct_survey as v
        on
            s.as_of - interval '720 hours' < coalesce(v.answered_at, v.sent_at)
            and s.as_of >= coalesce(v.answered_at, v.sent_at)
    where v.is_answered and v.customer_code is not null
),

unhappy as (
    select
        s.customer_id,
        s.invite_id,
        max(a.score) filter (where a.question_code = 'recommend') as recommend,
        max(a.score) filter (where a.question_code = 'overall') as overall,
        max(a.scale_min) filter (where a.question_code = 'overall') as overall_from,
        max(a.scale_max) filter (where a.question_code = 'overall') as overall_to
    from survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where
        (a.question_code = 'recommend' and a.scale_max = 10 and a.scale_min in (0, 1))
        or (a.question_code = 'overall' and a.scale_max > a.scale_min)
    group by s.customer_id, s.invite_id
    having
        bool_or(a.question_code = 'recommend' and a.score <= 6)
        or bool_or(
            a.question_code = 'overall'
            and (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) < 0.4
        )
),

spoken as (
    select
        s.customer_id,
        s.invite_id
    from survey as s
    inner join curated.fct_contact as c on s.customer_id = c.customer_id and s.answered_at < c.started_at
    where c.is_reached
),

final as (
    select
        s.slice_on,
        s.branch_id,
        b.region_id,
        s.invite_id,
        s.customer_code,
        s.complaint_id,
        s.method_code,
        s.answered_at,
        u.recommend,
        u.overall,
        u.overall_from,
        u.overall_to,
        s.as_of
    from survey as s
    inner join unhappy as u on s.customer_id = u.customer_id and s.invite_id = u.invite_id
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where
        not exists (
            select from spoken as k
            where s.customer_id = k.customer_id and s.invite_id = k.invite_id
        )
)

select *
from final
