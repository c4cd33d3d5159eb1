-- Slices made anew whose respondents or mean gaps are not those of the facts, or cannot be.
-- Reads  {batch}: gate.figures_servqual_day; ops.candidate, curated.fct_survey, curated.fct_survey_answer
-- Why    told the other way round: of each side the questions answered on both sides, by key, then the difference of two means.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'servqual_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        dimension,
        sum(respondents) as respondents,
        sum(gap_total) as gap_total,
        bool_or(abs(gap_total) > 4.000001 * respondents or gap_squares > 16.000001 * respondents) as is_beyond
    from {batch}
    where is_new
    group by slice_on, dimension
),

answer as (
    select
        s.slice_on,
        f.invite_id,
        starts_with(a.question_code, 'perception.') as is_perception,
        substring(a.question_code from '\.(.*)$') as question,
        substring(a.question_code from '\.(.*)\.') as dimension,
        4 * cast((a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision) as points
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    inner join curated.fct_survey_answer as a on f.customer_id = a.customer_id and f.invite_id = a.invite_id
    where a.question_code like '%.%.%' and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

pair as (
    select
        slice_on,
        invite_id,
        dimension,
        sum(case when is_perception then points else -points end) as gap
    from answer
    group by slice_on, invite_id, dimension, question
    having count(*) = 2
),

respondent as (
    select
        slice_on,
        dimension,
        avg(gap) as gap
    from pair
    group by slice_on, dimension, invite_id
    union all
    select
        slice_on,
        'all' as dimension,
        avg(gap) as gap
    from pair
    group by slice_on, invite_id
),

facts as (
    select
        slice_on,
        dimension,
        count(*) as respondents,
        sum(gap) as gap_total
    from respondent
    group by slice_on, dimension
)

select
    g.respondents as published,
    f.respondents as in_facts,
    g.gap_total as published_gap,
    f.gap_total as gap_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on,
    coalesce(g.dimension, f.dimension) as dimension
from figures as g
full outer join facts as f on g.slice_on = f.slice_on and g.dimension = f.dimension
where
    coalesce(g.respondents, 0) <> coalesce(f.respondents, 0)
    or abs(g.gap_total - f.gap_total) > 0.000001 * f.respondents
    or g.is_beyond
