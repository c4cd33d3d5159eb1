-- Slices made anew whose customers who answered, or who are satisfied, are not those of the facts.
-- Reads  {batch}: gate.figures_satisfied_month; ops.candidate, curated.fct_order, curated.fct_survey, curated.fct_survey_answer,
--        published.setting
-- Why    counted from the other end: an answer is the newest of its customer if no later one stands in the same 12 months.
--        A month that has rows, or after which something was ordered, has ended.
with
figures as (
    select
        slice_on,
        sum(answered) as answered,
        sum(satisfied) as satisfied
    from {batch}
    where is_new
    group by slice_on
),

newest as (
    select max(ordered_on) as ordered_on
    from curated.fct_order
),

slices as (
    select
        c.slice_on,
        cast(c.slice_on - interval '11 months' as date) as from_on,
        cast(c.slice_on + interval '1 month' as date) as until_on
    from ops.candidate as c
    cross join newest as n
    left join figures as f on c.slice_on = f.slice_on
    where
        c.table_name = 'satisfied_month'
        and c.edition_id = c.refresh_id
        and (f.slice_on is not null or c.slice_on + interval '1 month' <= n.ordered_on)
),

zone as (
    select max(value) as zone_name from published.setting
    where name = 'reporting_zone'
),

answer as (
    select
        s.customer_id,
        s.invite_id,
        cast(coalesce(s.answered_at, s.sent_at) at time zone z.zone_name as date) as answered_on,
        coalesce(s.answered_at, s.sent_at) as answered_at,
        (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6 as is_top2
    from zone as z
    cross join curated.fct_survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where s.customer_code is not null and a.question_code = 'overall' and a.score is not null
),

ordering_month as (
    select distinct
        customer_id,
        cast(date_trunc('month', ordered_on) as date) as month_on
    from curated.fct_order
    where customer_code is not null and ordered_on is not null
),

active as (
    select distinct
        s.slice_on,
        s.from_on,
        s.until_on,
        o.customer_id
    from slices as s
    inner join ordering_month as o on s.from_on <= o.month_on and s.until_on > o.month_on
),

ranked as (
    select
        c.slice_on,
        a.is_top2,
        lead(a.invite_id) over (partition by c.slice_on, a.customer_id order by a.answered_at, a.invite_id) as later_invite
    from active as c
    inner join answer as a on c.customer_id = a.customer_id and c.from_on <= a.answered_on and c.until_on > a.answered_on
),

facts as (
    select
        slice_on,
        count(*) as answered,
        count(*) filter (where is_top2) as satisfied
    from ranked
    where later_invite is null
    group by slice_on
)

select
    g.answered as published_answered,
    f.answered as answered_in_facts,
    g.satisfied as published_satisfied,
    f.satisfied as satisfied_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.answered, 0) <> coalesce(f.answered, 0)
    or coalesce(g.satisfied, 0) <> coalesce(f.satisfied, 0)
