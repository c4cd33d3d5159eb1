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
        s.cohort_on,
        s.branch_id,
        s.method_code,
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
        cohort_on,
        branch_id,
        method_code,
        string_agg(question_code, ',' order by place) filter (where place > 0) as answered_set,
        array_agg(question_code order by place) as questions,
        array_agg(points order by place) as points
    from answer
    group by cohort_on, branch_id, method_code, customer_id, invite_id
    having min(place) = 0 and max(place) > 0
),

product as (
    select
        r.cohort_on,
        r.branch_id,
        r.method_code,
        r.answered_set,
        one.question_code,
        other.question_code as other_code,
        one.points,
        one.points * other.points as product
    from respondent as r
    cross join lateral unnest(r.questions, r.points) with ordinality as one (question_code, points, place)
    cross join lateral unnest(r.questions, r.points) with ordinality as other (question_code, points, place)
    where one.place <= other.place
),

final as (
    select
        p.cohort_on as slice_on,
        p.branch_id,
        b.region_id,
        p.method_code,
        p.answered_set,
        p.question_code,
        p.other_code,
        count(*) as respondents,
        sum(p.points) as total,
        sum(p.product) as products
    from product as p
    left join branch as b on p.branch_id = b.branch_id
    group by p.cohort_on, p.branch_id, b.region_id, p.method_code, p.answered_set, p.question_code, p.other_code
)

select * from final
