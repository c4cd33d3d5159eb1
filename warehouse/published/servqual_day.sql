-- published.servqual_day
-- One row per day of sending, branch, region, method, wave and side of service: expectation, perception and the gap between.
-- Reads  curated.fct_survey_answer, curated.fct_survey, curated.dim_branch
-- Feeds  survey_answers, surveys, branches
-- Slice  month of sending
-- Reach  none: an answer changes the month of its own invitation
-- Why    paired inside a respondent: only questions of which both sides were answered count, and each respondent once, with
--        the mean of the pairs. Every scale is put on five points. Side `all` is the mean over every pair of the respondent.
with sent as (
    select * from curated.fct_survey
    where cohort_on = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

cut as (
    select
        cast(cast(:surveys as jsonb) -> 'moved' ->> 0 as numeric) as far_below,
        cast(cast(:surveys as jsonb) -> 'moved' ->> 1 as numeric) as below,
        cast(cast(:surveys as jsonb) -> 'moved' ->> 2 as numeric) as above,
        cast(cast(:surveys as jsonb) -> 'moved' ->> 3 as numeric) as far_above
),

answer as (
    select
        s.cohort_on,
        s.branch_id,
        s.sent_on,
        s.method_code,
        s.wave_code,
        a.customer_id,
        a.invite_id,
        split_part(a.question_code, '.', 1) as question,
        split_part(a.question_code, '.', 2) as dimension,
        split_part(a.question_code, '.', 3) as item,
        (a.score - a.scale_min) / (a.scale_max - a.scale_min) as height
    from curated.fct_survey_answer as a
    inner join sent as s on a.customer_id = s.customer_id and a.invite_id = s.invite_id
    where a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

beside as (
    select
        *,
        cast(max(100 * height) filter (where question = 'overall') over (partition by customer_id, invite_id) as double precision) as points
    from answer
),

pair as (
    select
        cohort_on,
        branch_id,
        sent_on,
        method_code,
        wave_code,
        customer_id,
        invite_id,
        points,
        dimension,
        1 + 4 * max(height) filter (where question = 'expectation') as expectation,
        1 + 4 * max(height) filter (where question = 'perception') as perception
    from beside
    where question in ('expectation', 'perception')
    group by cohort_on, branch_id, sent_on, method_code, wave_code, customer_id, invite_id, points, dimension, item
    having count(distinct question) = 2
),

respondent as (
    select
        cohort_on,
        branch_id,
        sent_on,
        method_code,
        wave_code,
        points,
        cast(avg(expectation) as double precision) as expectation,
        cast(avg(perception) as double precision) as perception,
        coalesce(dimension, 'all') as dimension,
        round(avg(perception - expectation), 9) as gap
    from pair
    group by
        grouping sets (
            (cohort_on, branch_id, sent_on, method_code, wave_code, customer_id, invite_id, points, dimension),
            (cohort_on, branch_id, sent_on, method_code, wave_code, customer_id, invite_id, points)
        )
),

judged as (
    select
        r.cohort_on,
        r.branch_id,
        r.sent_on,
        r.method_code,
        r.wave_code,
        r.dimension,
        r.points,
        r.expectation,
        r.perception,
        cast(r.gap as double precision) as gap,
        case
            when r.gap < c.far_below then 'much_less'
            when r.gap < c.below then 'less'
            when r.gap <= c.above then 'equal'
            when r.gap <= c.far_above then 'more'
            else 'much_more'
        end as step
    from respondent as r
    cross join cut as c
),

final as (
    select
        j.cohort_on as slice_on,
        j.branch_id,
        b.region_id,
        j.sent_on,
        j.method_code,
        j.wave_code,
        j.dimension,
        count(*) as respondents,
        sum(j.gap) as gap_total,
        sum(j.gap * j.gap) as gap_squares,
        sum(j.expectation) as expectation_total,
        sum(j.perception) as perception_total,
        count(*) filter (where j.step = 'much_less') as far_below,
        count(*) filter (where j.step = 'less') as below,
        count(*) filter (where j.step = 'equal') as met,
        count(*) filter (where j.step = 'more') as above,
        count(*) filter (where j.step = 'much_more') as far_above,
        count(j.points) as judged,
        coalesce(sum(j.perception) filter (where j.points is not null), 0) as judged_perception,
        coalesce(sum(j.perception * j.perception) filter (where j.points is not null), 0) as judged_perception_squares,
        coalesce(sum(j.points), 0) as judged_overall,
        coalesce(sum(j.points * j.points), 0) as judged_overall_squares,
        coalesce(sum(j.perception * j.points), 0) as judged_products
    from judged as j
    left join branch as b on j.branch_id = b.branch_id
    group by j.cohort_on, j.branch_id, b.region_id, j.sent_on, j.method_code, j.wave_code, j.dimension
)

select * from final
