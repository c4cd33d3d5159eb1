-- Slices made anew whose answers and comments are not those of the facts that lie on their scale.
-- Reads  {batch}: gate.figures_survey_score; ops.candidate, curated.fct_survey, curated.fct_survey_answer
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'survey_score' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(answers) as answers,
        sum(commented) as commented
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        f.cohort_on as slice_on,
        count(*) as answers,
        count(*) filter (where a.has_comment) as commented
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    inner join curated.fct_survey_answer as a on f.customer_id = a.customer_id and f.invite_id = a.invite_id
    where a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
    group by f.cohort_on
)

select
    g.answers as published,
    f.answers as in_facts,
    g.commented as published_comments,
    f.commented as comments_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where coalesce(g.answers, 0) <> coalesce(f.answers, 0) or coalesce(g.commented, 0) <> coalesce(f.commented, 0)
