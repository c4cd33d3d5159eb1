-- Slices made anew in which a driver question has not the answers and the sum of the facts, or a sum of products that cannot be.
-- Reads  {batch}: gate.figures_survey_moment; ops.candidate, curated.fct_survey, curated.fct_survey_answer
-- Why    an answer counts beside an answer to `overall`; points lie between 0 and 100, so a sum of products lies between 0 and 100
--        times the sum of either.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'survey_moment' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        question_code,
        sum(respondents) filter (where question_code = other_code) as respondents,
        sum(total) filter (where question_code = other_code) as total,
        bool_or(products < -0.001 or products > 100 * total + 0.001) as is_impossible
    from {batch}
    where is_new
    group by slice_on, question_code
),

answer as (
    select
        s.slice_on,
        f.invite_id,
        a.question_code,
        100 * cast((a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision) as points,
        bool_or(a.question_code = 'overall') over (partition by f.invite_id) as is_judged
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    inner join curated.fct_survey_answer as a on f.customer_id = a.customer_id and f.invite_id = a.invite_id
    where a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

facts as (
    select
        slice_on,
        question_code,
        count(*) as respondents,
        sum(points) as total
    from answer
    where is_judged and question_code in (select distinct g.question_code from figures as g)
    group by slice_on, question_code
)

select
    g.respondents as published,
    f.respondents as in_facts,
    g.total as published_total,
    f.total as total_in_facts,
    g.is_impossible,
    coalesce(g.slice_on, f.slice_on) as slice_on,
    coalesce(g.question_code, f.question_code) as question_code
from figures as g
full outer join facts as f on g.slice_on = f.slice_on and g.question_code = f.question_code
where
    g.is_impossible
    or (
        coalesce(g.question_code, f.question_code) <> 'overall'
        and (coalesce(g.respondents, 0) <> coalesce(f.respondents, 0) or abs(g.total - f.total) > 0.001 * f.respondents)
    )
