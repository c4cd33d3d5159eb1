-- Slices made anew whose answers about resolved complaints, or what followed them, are not those of the facts.
-- Reads  {batch}: gate.figures_survey_handling; ops.candidate, curated.fct_survey, curated.fct_survey_answer, curated.fct_complaint,
--        curated.fct_order, curated.fct_lead
-- Why    asked answer by answer: is there an order, is there a referral in the 180 days after the resolution.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'survey_handling' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(answers) as answers,
        sum(reordered) as reordered,
        sum(referred) as referred
    from {batch}
    where is_new
    group by slice_on
),

answered as materialized (
    select
        f.cohort_on,
        f.invite_id,
        f.complaint_id,
        f.customer_code
    from slices as s
    inner join curated.fct_survey as f on s.slice_on = f.cohort_on
    inner join curated.fct_survey_answer as a on f.customer_id = a.customer_id and f.invite_id = a.invite_id
    where a.question_code = 'overall' and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

answer as materialized (
    select
        a.cohort_on as slice_on,
        a.invite_id,
        c.first_resolved_at as from_at,
        c.first_resolved_at + interval '4320 hours' as until_at,
        curated.party_id('customer:' || coalesce(a.customer_code, c.customer_code)) as customer_id
    from answered as a
    inner join curated.fct_complaint as c on a.complaint_id = c.complaint_id
    where
        coalesce(a.customer_code, c.customer_code) is not null
        and c.opened_at is not null and c.first_resolved_at is not null
),

reordered as (
    select a.invite_id
    from answer as a
    inner join curated.fct_order as o on a.customer_id = o.customer_id
    where o.customer_code is not null and o.ordered_at > a.from_at and o.ordered_at <= a.until_at
),

referred as (
    select a.invite_id
    from answer as a
    inner join curated.fct_lead as l on a.customer_id = l.referrer_id
    where l.is_genuine and l.collected_at > a.from_at and l.collected_at <= a.until_at
),

-- Looked up in a hash of them: joined, they would be gone through for every answer.
facts as (
    select
        slice_on,
        count(*) as answers,
        count(*) filter (where invite_id in (select r.invite_id from reordered as r)) as reordered,
        count(*) filter (where invite_id in (select r.invite_id from referred as r)) as referred
    from answer
    group by slice_on
)

select
    g.answers as published,
    f.answers as in_facts,
    g.reordered as published_reordered,
    f.reordered as reordered_in_facts,
    g.referred as published_referred,
    f.referred as referred_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.answers, 0) <> coalesce(f.answers, 0)
    or coalesce(g.reordered, 0) <> coalesce(f.reordered, 0)
    or coalesce(g.referred, 0) <> coalesce(f.referred, 0)
