-- Answers that the list holds and the facts do not ask to call back, and the other way round.
-- Reads  {batch}: gate.figures_action_answer; ops.candidate, published.load_feed, curated.fct_survey, curated.fct_survey_answer, curated.fct_contact
-- Why    each fifth of a scale is its own share of the steps: of five answers the two worst, of eleven the four worst.
with
moment as (
    select max(f.newest_at) as as_of
    from ops.candidate as c
    inner join published.load_feed as f
        on f.feed in ('surveys', 'survey_answers', 'contacts', 'branches') and f.state in ('candidate', 'passed')
    where c.table_name = 'action_answer' and c.edition_id = c.refresh_id
),

listed as (
    select invite_id
    from {batch}
    where is_new
),

answered as (
    select
        s.customer_id,
        s.invite_id,
        coalesce(s.answered_at, s.sent_at) as answered_at
    from moment as m
    inner join curated.fct_survey as s
        on m.as_of - coalesce(s.answered_at, s.sent_at) between interval '0 hours' and interval '720 hours'
    where
        s.is_answered
        and s.customer_code is not null
        and m.as_of - coalesce(s.answered_at, s.sent_at) <> interval '720 hours'
),

facts as (
    select a.invite_id
    from answered as a
    where
        exists (
            select from curated.fct_survey_answer as q
            where
                a.customer_id = q.customer_id
                and a.invite_id = q.invite_id
                and case q.question_code
                    when 'recommend' then q.scale_max = 10 and q.scale_min in (0, 1) and q.score <= 6
                    when 'overall'
                        then q.scale_max > q.scale_min and 5 * (q.score - q.scale_min) + 2.5 < 2 * (q.scale_max - q.scale_min + 1)
                end
        )
        and not exists (
            select from curated.fct_contact as c
            where a.customer_id = c.customer_id and c.is_reached and a.answered_at < c.started_at
        )
)

select
    l.invite_id as listed_only,
    f.invite_id as facts_only
from listed as l
full outer join facts as f on l.invite_id = f.invite_id
where l.invite_id is null or f.invite_id is null
