-- published.action_answer
-- One row per survey answered in the last 30 days by a detractor or somebody dissatisfied, to whom nobody has spoken since.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.fct_contact, curated.dim_branch
-- Feeds  surveys, survey_answers, contacts, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    a detractor as nps counts them (0 to 6 of 10), dissatisfied as complaint.silent does (`overall` in the two lowest
--        fifths of its scale). An answer without its time counts from the invitation. Answers of customers without a
--        name cannot be called back. `place` is the answer's in its branch, in the order of the list: the first of several
--        branches are among the first of each.
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
        s.slice_on,
        s.as_of,
        s.customer_id,
        s.invite_id,
        s.customer_code,
        s.branch_id,
        s.complaint_id,
        s.method_code,
        s.answered_at,
        max(a.score) filter (where a.question_code = 'recommend') as recommend,
        max(a.score) filter (where a.question_code = 'overall') as overall,
        max(a.scale_min) filter (where a.question_code = 'overall') as overall_from,
        max(a.scale_max) filter (where a.question_code = 'overall') as overall_to
    from survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where
        (a.question_code = 'recommend' and a.scale_max = 10 and a.scale_min in (0, 1))
        or (a.question_code = 'overall' and a.scale_max > a.scale_min)
    group by
        s.slice_on, s.as_of, s.customer_id, s.invite_id, s.customer_code, s.branch_id, s.complaint_id, s.method_code, s.answered_at
    having
        bool_or(a.question_code = 'recommend' and a.score <= 6)
        or bool_or(
            a.question_code = 'overall'
            and (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) < 0.4
        )
),

spoken as (
    select u.invite_id
    from unhappy as u
    inner join curated.fct_contact as c on u.customer_id = c.customer_id and u.answered_at < c.started_at
    where c.is_reached
),

-- Looked up in a hash of them: joined, they would be gone through for every answer.
final as (
    select
        u.slice_on,
        u.branch_id,
        b.region_id,
        u.invite_id,
        u.customer_code,
        u.complaint_id,
        u.method_code,
        u.answered_at,
        u.recommend,
        u.overall,
        u.overall_from,
        u.overall_to,
        u.as_of,
        1 as answers,
        row_number() over (
            partition by u.branch_id
            order by
                least(u.recommend / 10, (u.overall - u.overall_from) / (u.overall_to - u.overall_from)) asc,
                u.answered_at desc,
                u.invite_id asc
        ) as place
    from unhappy as u
    left join curated.dim_branch as b on u.branch_id = b.branch_id
    where u.invite_id not in (select k.invite_id from spoken as k)
)

select *
from final
