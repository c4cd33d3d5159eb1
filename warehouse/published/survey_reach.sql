-- published.survey_reach
-- One row per month that has ended and home branch: customers active at its end, and those of them who were asked in it.
-- Reads  curated.fct_order, curated.fct_survey, curated.dim_customer, curated.dim_branch
-- Feeds  surveys, orders, customers, branches
-- Slice  month at whose end it is counted; none before the first order and the first invitation
-- Reach  the month of an invitation delivered, the 12 months from that of an order delivered on, and months that have ended since.
-- Why    a customer counts once, at home, however often asked and by whichever branch. Each order month counts as active until
--        the next one takes over, so that one pass over the orders makes any number of months.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

first_survey as (
    select cast(date_trunc('month', min(sent_on)) as date) as month_on from curated.fct_survey
),

slice as (
    select s.slice_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
    inner join first_survey as f on s.slice_on >= f.month_on
),

span as (
    select
        cast(min(slice_on) - interval '11 months' as date) as from_on,
        cast(max(slice_on) + interval '1 month' as date) as until_on
    from slice
),

ordered as (
    select distinct
        o.customer_id,
        cast(date_trunc('month', o.ordered_on) as date) as month_on
    from span as s
    inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null
),

active as (
    select
        customer_id,
        month_on as from_on,
        least(
            cast(month_on + interval '12 months' as date),
            lead(month_on) over (partition by customer_id order by month_on)
        ) as until_on
    from ordered
),

counted as (
    select
        d.branch_id,
        a.from_on,
        a.until_on,
        count(*) as customers
    from active as a
    left join curated.dim_customer as d on a.customer_id = d.customer_id
    group by d.branch_id, a.from_on, a.until_on
),

standing as (
    select
        s.slice_on,
        c.branch_id,
        sum(c.customers) as active
    from slice as s
    inner join counted as c on s.slice_on >= c.from_on and s.slice_on < c.until_on
    group by s.slice_on, c.branch_id
),

asked as (
    select distinct
        v.customer_id,
        s.slice_on
    from slice as s
    inner join curated.fct_survey as v on s.slice_on = v.cohort_on
    where v.customer_code is not null
),

invited as (
    select
        q.slice_on,
        d.branch_id,
        count(*) as customers
    from asked as q
    inner join active as a on q.customer_id = a.customer_id and q.slice_on >= a.from_on and q.slice_on < a.until_on
    left join curated.dim_customer as d on q.customer_id = d.customer_id
    group by q.slice_on, d.branch_id
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        s.slice_on,
        s.branch_id,
        b.region_id,
        s.active,
        coalesce(i.customers, 0) as invited
    from standing as s
    left join invited as i on s.slice_on = i.slice_on and s.branch_id is not distinct from i.branch_id
    left join branch as b on s.branch_id = b.branch_id
)

select *
from final
