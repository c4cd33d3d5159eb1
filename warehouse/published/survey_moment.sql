-- published.survey_moment
-- One row per month of sending, branch, region, method, set of driver questions answered beside `overall`, and two questions of the set.
-- Reads  curated.fct_survey_answer, curated.fct_survey, curated.dim_branch
-- Feeds  survey_answers, surveys, branches
-- Slice  month of sending
-- Reach  none: an answer changes the month of its own invitation
-- Why    a regression needs sums of products only, and these add. They are kept by the set of questions that a respondent
--        answered, so that complete cases of any set are the sets that contain it. Answers count on 0 to 100; `total` is that of
--        question_code.
with sent as (
    select * from curated.fct_survey
    where cohort_on = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

question as (
    select
        0 as place,
        'overall' as question_code
    union all
    select
        d.place,
        d.question_code
    from jsonb_array_elements_text(cast(:surveys as jsonb) -> 'drivers') with ordinality as d (question_code, place)
),

answer as (
    select
        a.customer_id,
        a.invite_id,
        a.question_code,
        q.place,
        cast(100 * (a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision) as points
    from curated.fct_survey_answer as a
    inner join sent as s on a.customer_id = s.customer_id and a.invite_id = s.invite_id
    inner join question as q on a.question_code = q.question_code
    where a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

respondent as (
    select
        customer_id,
        invite_id,
        string_agg(question_code, ',' order by place) filter (where place > 0) as answered_set
    from answer
    group by customer_id, invite_id
    having min(place) = 0 and max(place) > 0
),

final as (
    select
        s.cohort_on as slice_on,
        s.branch_id,
        b.region_id,
        s.method_code,
        r.answered_set,
        a.question_code,
        o.question_code as other_code,
        count(*) as respondents,
        sum(a.points) as total,
        sum(a.points * o.points) as products
    from respondent as r
    inner join sent as s on r.customer_id = s.customer_id and r.invite_id = s.invite_id
    inner join answer as a on r.customer_id = a.customer_id and r.invite_id = a.invite_id
    inner join answer as o on r.customer_id = o.customer_id and r.invite_id = o.invite_id and a.place <= o.place
    left join branch as b on s.branch_id = b.branch_id
    group by s.cohort_on, s.branch_id, b.region_id, s.method_code, r.answered_set, a.question_code, o.question_code
)

select * from final
