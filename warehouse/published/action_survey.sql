-- published.action_survey
-- One row per customer drawn to be asked in the month that runs, and whether somebody has asked.
-- Reads  curated.fct_order, curated.fct_survey, curated.dim_customer, curated.dim_branch
-- Feeds  surveys, orders, customers, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    a tenth of the customers active at the end of the last month are due each month (survey.reach). Whoever was asked
--        already counts first; the rest are drawn by lot, so that nobody asks only the friendly ones: the same lot all
--        month, another one the next. `place` is the customer's in the draw of their branch; `turn` counts those still to be
--        asked, in that order: the first of several branches are among the first of each.
with month as (
    select
        slice_on,
        cast(
            curated.last_month(cast(:data_until as timestamptz), :zone) + interval '1 month' as date
        ) as month_on
    from unnest(cast(:slices as date[])) as s (slice_on)
),

active as (
    select
        m.slice_on,
        m.month_on,
        o.customer_id,
        max(o.ordered_on) as last_ordered_on
    from month as m
    inner join curated.fct_order as o on m.month_on - interval '12 months' <= o.ordered_on and m.month_on > o.ordered_on
    where o.customer_code is not null
    group by m.slice_on, m.month_on, o.customer_id
),

asked as (
    select
        s.customer_id,
        min(s.sent_on) as asked_on
    from month as m
    inner join curated.fct_survey as s on m.month_on = s.cohort_on
    group by s.customer_id
),

drawn as (
    select
        a.slice_on,
        a.month_on,
        a.last_ordered_on,
        k.asked_on,
        d.branch_id,
        d.customer_code,
        d.customer_kind,
        row_number() over (
            partition by d.branch_id
            order by k.asked_on is null, hashtextextended(d.customer_code || to_char(a.month_on, 'YYYY-MM'), 0), d.customer_code
        ) as place,
        ceil(count(*) over (partition by d.branch_id) * cast(cast(:surveys as jsonb) ->> 'asked_a_month' as numeric)) as due
    from active as a
    inner join curated.dim_customer as d on a.customer_id = d.customer_id
    left join asked as k on a.customer_id = k.customer_id
    where d.branch_id is not null
),

final as (
    select
        w.slice_on,
        w.branch_id,
        b.region_id,
        w.customer_code,
        w.customer_kind,
        w.month_on,
        w.place,
        w.last_ordered_on,
        w.asked_on,
        1 as drawn,
        cast(w.asked_on is not null as integer) as asked,
        case
            when w.asked_on is null then row_number() over (partition by w.branch_id, w.asked_on is null order by w.place)
        end as turn
    from drawn as w
    left join curated.dim_branch as b on w.branch_id = b.branch_id
    where w.place <= w.due
)

select *
from final
