-- Answers that the list of cases holds and the facts do not ask for, and the other way round.
-- Reads  {batch}: gate.figures_survey_case; ops.candidate, published.load_feed, published.setting, curated.fct_survey, curated.fct_survey_answer
with
moment as (
    select
        max(f.newest_at) as as_of,
        max(f.newest_at) at time zone max(z.value) as local_time
    from ops.candidate as c
    inner join published.load_feed as f
        on f.feed in ('surveys', 'survey_answers', 'branches') and f.state in ('candidate', 'passed')
    inner join published.setting as z on z.name = 'reporting_zone'
    where c.table_name = 'survey_case' and c.edition_id = c.refresh_id
),

listed as (
    select
        invite_id,
        overall
    from {batch}
    where is_new
),

facts as (
    select
        s.invite_id,
        a.score as overall
    from moment as m
    inner join curated.fct_survey as s on m.as_of >= s.sent_at and cast(m.local_time as date) - s.sent_on < 92
    left join curated.fct_survey_answer as a
        on
            s.customer_id = a.customer_id and s.invite_id = a.invite_id
            and a.question_code = 'overall' and a.score between a.scale_min and a.scale_max
    where s.is_answered and s.cohort_on > cast(m.local_time as date) - 92 - 31
)

select
    l.invite_id as listed,
    f.invite_id as in_facts,
    l.overall as listed_score,
    f.overall as in_facts_score
from listed as l
full outer join facts as f on l.invite_id = f.invite_id and l.overall is not distinct from f.overall
where l.invite_id is null or f.invite_id is null
