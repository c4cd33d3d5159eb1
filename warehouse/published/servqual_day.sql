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

overall as (
    select
        customer_id,
        invite_id,
        cast(100 * height as double precision) as points
    from answer
    where question = 'overall'
),

pair as (
    select
        e.customer_id,
        e.invite_id,
        e.dimension,
        1 + 4 * e.height as expectation,
        1 + 4 * p.height as perception
    from answer as e
    inner join answer as p
        on e.customer_id = p.customer_id and e.invite_id = p.invite_id and e.dimension = p.dimension and e.item = p.item
    where e.question = 'expectation' and p.question = 'perception'
),

respondent as (
    select
        customer_id,
        invite_id,
        coalesce(dimension, 'all') as dimension,
        avg(expectation) as expectation,
        avg(perception) as perception,
        round(avg(perception - expectation), 9) as gap
    from pair
    group by grouping sets ((customer_id, invite_id, dimension), (customer_id, invite_id))
),

judged as (
    select
        r.customer_id,
        r.invite_id,
        r.dimension,
        o.points,
        cast(r.expectation as double precision) as expectation,
        cast(r.perception as double precision) as perception,
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
    left join overall as o on r.customer_id = o.customer_id and r.invite_id = o.invite_id
),

final as (
    select
        s.cohort_on as slice_on,
        s.branch_id,
        b.region_id,
        s.sent_on,
        s.method_code,
        s.wave_code,
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
    inner join sent as s on j.customer_id = s.customer_id and j.invite_id = s.invite_id
    left join branch as b on s.branch_id = b.branch_id
    group by s.cohort_on, s.branch_id, b.region_id, s.sent_on, s.method_code, s.wave_code, j.dimension
)

select * from final
