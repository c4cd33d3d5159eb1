-- published.satisfied_month
-- One row per month that has ended and home branch: active customers who said how satisfied they are, and who are.
-- Reads  curated.fct_order, curated.fct_survey, curated.fct_survey_answer, curated.dim_customer, curated.dim_branch
-- Feeds  orders, customers, surveys, survey_answers, branches
-- Slice  month at whose end it is counted
-- Reach  the 12 months from that of an order or an answer on, as far as they have ended.
-- Why    of each active customer the newest answer to `overall` of the 12 months counts, as csat.top2 counts it: two best of
--        five. Its day is that of answering, else that of asking. Who was not asked or did not answer is not counted.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

slice as (
    select
        s.slice_on,
        cast(s.slice_on - interval '11 months' as date) as from_on,
        cast(s.slice_on + interval '1 month' as date) as until_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
),

answer as (
    select
        s.customer_id,
        s.invite_id,
        cast(coalesce(s.answered_at, s.sent_at) at time zone :zone as date) as answered_on,
        coalesce(s.answered_at, s.sent_at) as answered_at,
        (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6 as is_top2
    from curated.fct_survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where s.customer_code is not null and a.question_code = 'overall' and a.score is not null
),

newest as (
    select distinct on (s.slice_on, a.customer_id)
        s.slice_on,
        s.from_on,
        s.until_on,
        a.customer_id,
        a.is_top2
    from slice as s
    inner join answer as a on s.from_on <= a.answered_on and s.until_on > a.answered_on
    order by s.slice_on asc, a.customer_id asc, a.answered_at desc, a.invite_id desc
),

active as (
    select n.*
    from newest as n
    where exists (
        select from curated.fct_order as o
        where
            o.customer_id = n.customer_id
            and o.customer_code is not null
            and n.from_on <= o.ordered_on
            and n.until_on > o.ordered_on
    )
),

added as (
    select
        a.slice_on,
        d.branch_id,
        count(*) as answered,
        count(*) filter (where a.is_top2) as satisfied
    from active as a
    left join curated.dim_customer as d on a.customer_id = d.customer_id
    group by a.slice_on, d.branch_id
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        a.slice_on,
        a.branch_id,
        b.region_id,
        a.answered,
        a.satisfied
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
