-- Slices made anew whose customers who answered, or who are satisfied, are not those of the facts.
-- Reads  {batch}: gate.figures_satisfied_month; ops.candidate, curated.fct_order, curated.fct_survey, curated.fct_survey_answer,
--        published.setting
-- Why    counted from the other end: an answer counts in the months from its own until the customer's next, 12 at most, in
--        which the customer is active.
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
    select c.slice_on
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
        cast(date_trunc('month', coalesce(s.answered_at, s.sent_at) at time zone z.zone_name) as date) as month_on,
        coalesce(s.answered_at, s.sent_at) as answered_at,
        (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6 as is_top2
    from zone as z
    cross join curated.fct_survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where s.customer_code is not null and a.question_code = 'overall' and a.score is not null
),

span as (
    select
        cast(min(slice_on) - interval '11 months' as date) as from_on,
        cast(max(slice_on) + interval '1 month' as date) as until_on
    from slices
),

counting as (
    select
        a.customer_id,
        a.is_top2,
        a.month_on as from_on,
        least(
            cast(a.month_on + interval '12 months' as date),
            lead(a.month_on) over (partition by a.customer_id order by a.answered_at, a.invite_id)
        ) as until_on
    from span as s
    inner join answer as a on s.from_on <= a.month_on and s.until_on > a.month_on
),

active as (
    select
        o.customer_id,
        range_agg(
            daterange(
                cast(date_trunc('month', o.ordered_on) as date),
                cast(date_trunc('month', o.ordered_on) + interval '12 months' as date)
            )
        ) as months
    from span as s
    inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null
    group by o.customer_id
),

together as (
    select
        c.is_top2,
        m.months,
        count(*) as customers
    from counting as c
    inner join active as a on c.customer_id = a.customer_id
    cross join unnest(datemultirange(daterange(c.from_on, c.until_on)) * a.months) as m (months)
    where c.from_on < c.until_on
    group by c.is_top2, m.months
),

facts as (
    select
        s.slice_on,
        sum(t.customers) as answered,
        coalesce(sum(t.customers) filter (where t.is_top2), 0) as satisfied
    from slices as s
    inner join together as t on s.slice_on <@ t.months
    group by s.slice_on
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
