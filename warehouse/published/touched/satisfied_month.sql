-- Months in published.satisfied_month that rows of these loads change: the 12 from that of an order or an answer on, those that
-- have ended since the last refresh, and those that turn out not to have ended.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

answer as (
    select
        invite_id,
        customer_id,
        cast(coalesce(answered_at, sent_at) at time zone :zone as date) as answered_on
    from curated.fct_survey
    where customer_code is not null and is_answered
),

first_month as (
    select cast(date_trunc('month', min(answered_on)) as date) as month_on from answer
),

standing as (
    select slice_on from ops.standing
    where table_name = 'satisfied_month'
),

ended as (
    select cast(generate_series(f.month_on, l.month_on, interval '1 month') as date) as slice_on
    from first_month as f
    cross join last_month as l
),

moved_customer as (
    select curated.party_id('customer:' || s.customer_id) as customer_id
    from staging.stg_customers as s
    left join curated.dim_customer as d on s.customer_id = d.customer_code
    where s.load_id = any(:loads) and s.branch_id is distinct from d.branch_id
    union all
    select d.customer_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    inner join curated.dim_customer as d on s.branch_id = d.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

delivered_invite as (
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
),

delivered_order as (
    select
        o.customer_id,
        o.ordered_on
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

happened as (
    select a.answered_on as happened_on
    from answer as a
    inner join delivered_invite as d on a.invite_id = d.invite_id
    union
    select o.ordered_on as happened_on
    from delivered_order as o
    where o.customer_id in (select a.customer_id from answer as a)
    union
    select a.answered_on as happened_on
    from answer as a
    inner join moved_customer as m on a.customer_id = m.customer_id
    union
    select a.answered_on as happened_on
    from answer as a
    inner join delivered_order as o on a.customer_id = o.customer_id
    inner join curated.dim_customer as d on o.customer_id = d.customer_id and not d.is_on_file
),

reached as (
    select distinct cast(date_trunc('month', happened_on) as date) as from_on
    from happened
),

touched as (
    select e.slice_on
    from reached as r
    inner join ended as e on r.from_on <= e.slice_on and e.slice_on < r.from_on + interval '12 months'
    union
    select e.slice_on
    from ended as e
    where e.slice_on not in (select s.slice_on from standing as s)
    union
    select s.slice_on
    from standing as s
    where s.slice_on not in (select e.slice_on from ended as e)
)

select slice_on
from touched
