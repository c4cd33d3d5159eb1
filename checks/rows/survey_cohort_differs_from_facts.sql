-- Slices made anew whose invitations or answers are not those of the facts.
-- Reads  {batch}: gate.figures_survey_cohort; ops.candidate, curated.fct_survey
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'survey_cohort' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(sent) as sent,
        sum(answered) as answered
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        f.cohort_on as slice_on,
        count(*) as sent,
        count(*) filter (where f.is_answered) as answered
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    group by f.cohort_on
)

select
    g.sent as published_sent,
    f.sent as sent_in_facts,
    g.answered as published_answered,
    f.answered as answered_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.sent, 0) <> coalesce(f.sent, 0)
    or coalesce(g.answered, 0) <> coalesce(f.answered, 0)
