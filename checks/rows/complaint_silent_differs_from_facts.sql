-- Slices made anew whose dissatisfied answers, or those of customers who complained, are not those of the facts.
-- Reads  {batch}: gate.figures_complaint_silent; ops.candidate, curated.fct_survey, curated.fct_survey_answer, curated.fct_complaint
-- Why    dissatisfied is asked another way: two fifths of the cells of a scale lie at or above the cell answered.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'complaint_silent' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(dissatisfied) as dissatisfied,
        sum(dissatisfied - never_complained) as complained
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        s.cohort_on as slice_on,
        count(*) as dissatisfied,
        count(*) filter (
            where exists (
                select 1 from curated.fct_complaint as c
                where c.customer_code = s.customer_code and c.customer_id = s.customer_id
            )
        ) as complained
    from slices as p
    inner join curated.fct_survey as s on p.slice_on = s.cohort_on
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where
        s.customer_code is not null
        and a.question_code = 'overall'
        and 5 * (2 * (a.score - a.scale_min) + 1) < 4 * (a.scale_max - a.scale_min + 1)
    group by s.cohort_on
)

select
    g.dissatisfied as dissatisfied_published,
    f.dissatisfied as dissatisfied_in_facts,
    g.complained as complained_published,
    f.complained as complained_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.dissatisfied, 0) <> coalesce(f.dissatisfied, 0)
    or coalesce(g.complained, 0) <> coalesce(f.complained, 0)
