-- Slices made anew whose invitations, answers or points are not those of the facts, or in which invitations that name no customer
-- stand in a tier.
-- Reads  {batch}: gate.figures_survey_stratum; ops.candidate, curated.fct_survey, curated.fct_survey_answer
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'survey_stratum' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(sent) as sent,
        sum(answered) as answered,
        sum(sent) filter (where tier = 'unknown') as unplaced,
        sum(judged) as judged,
        sum(total) as total
    from {batch}
    where is_new
    group by slice_on
),

judgement as (
    select
        f.cohort_on as slice_on,
        count(*) as judged,
        sum(cast(100 * (a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision)) as total
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    inner join curated.fct_survey_answer as a on f.customer_id = a.customer_id and f.invite_id = a.invite_id
    where a.question_code = 'overall' and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
    group by f.cohort_on
),

facts as (
    select
        f.cohort_on as slice_on,
        count(*) as sent,
        count(*) filter (where f.is_answered) as answered,
        count(*) filter (where f.customer_code is null or f.sent_at is null) as unplaced
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    group by f.cohort_on
)

select
    g.sent as published_sent,
    f.sent as sent_in_facts,
    g.answered as published_answered,
    f.answered as answered_in_facts,
    g.judged as published_judged,
    j.judged as judged_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
left join judgement as j on f.slice_on = j.slice_on
where
    coalesce(g.sent, 0) <> coalesce(f.sent, 0)
    or coalesce(g.answered, 0) <> coalesce(f.answered, 0)
    or coalesce(g.unplaced, 0) <> coalesce(f.unplaced, 0)
    or coalesce(g.judged, 0) <> coalesce(j.judged, 0)
    or abs(coalesce(g.total, 0) - coalesce(j.total, 0)) > 0.001 * f.sent
