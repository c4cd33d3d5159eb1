-- published.survey_case
-- One row per invitation of the last 92 days that was answered: the answers on the whole and on recommending us, and how many
-- answers carry a comment.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.dim_branch
-- Feeds  surveys, survey_answers, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    whoever sees a figure asks which answers stand behind it. 92 days hold every quarter, and keep the list short. An
--        answer stands with its own scale: surveys of different kinds ask on different ones.
with slice as (
    select
        slice_on,
        cast(:data_until as timestamptz) as as_of
    from unnest(cast(:slices as date[])) as s (slice_on)
),

survey as (
    select
        v.*,
        s.slice_on,
        s.as_of
    from slice as s
    inner join curated.fct_survey as v
        on v.sent_on > cast(s.as_of at time zone :zone as date) - 92 and s.as_of >= v.sent_at
    where v.is_answered
),

judged as (
    select
        *,
        score between scale_min and scale_max as is_on_scale
    from curated.fct_survey_answer
    where question_code in ('overall', 'recommend') or has_comment
),

answer as (
    select
        a.customer_id,
        a.invite_id,
        max(a.score) filter (where a.question_code = 'overall' and a.is_on_scale) as overall,
        max(a.scale_min) filter (where a.question_code = 'overall' and a.is_on_scale) as overall_from,
        max(a.scale_max) filter (where a.question_code = 'overall' and a.is_on_scale) as overall_to,
        max(a.score) filter (where a.question_code = 'recommend' and a.scale_max = 10 and a.is_on_scale) as recommend,
        count(*) filter (where a.has_comment) as commented
    from survey as s
    inner join judged as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    group by a.customer_id, a.invite_id
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
        s.wave_code,
        s.sent_on,
        s.answered_at,
        a.overall,
        a.overall_from,
        a.overall_to,
        a.recommend,
        s.as_of,
        coalesce(a.commented, 0) as commented
    from survey as s
    left join answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    left join curated.dim_branch as b on s.branch_id = b.branch_id
)

select * from final
