-- Months in published.survey_reach that rows of these loads change: those of an invitation delivered, the 12 that look back on
-- an order delivered or on one of a customer who moves, those that have ended since the last refresh, and those that turn out
-- not to have ended. A customer on no file lives where the first order was, so that any order may move all.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

first_order as (
    select min(ordered_on) as ordered_on from curated.fct_order
),

first_survey as (
    select min(sent_on) as sent_on from curated.fct_survey
),

first_month as (
    select cast(date_trunc('month', greatest(o.ordered_on, s.sent_on)) as date) as month_on
    from first_order as o
    inner join first_survey as s on o.ordered_on is not null and s.sent_on is not null
),

standing as (
    select slice_on from ops.standing
    where table_name = 'survey_reach'
),

ended as (
    select cast(generate_series(f.month_on, l.month_on, interval '1 month') as date) as slice_on
    from first_month as f
    cross join last_month as l
),

delivered_order as (
    select
        o.customer_id,
        o.ordered_on as happened_on
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

moved_customer as (
    select curated.party_id('customer:' || s.customer_id) as customer_id
    from staging.stg_customers as s
    left join curated.dim_customer as d on s.customer_id = d.customer_code
    where
        s.load_id = any(:loads)
        and s.branch_id is distinct from d.branch_id
    union
    select d.customer_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    inner join curated.dim_customer as d on s.branch_id = d.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
    union
    select o.customer_id
    from delivered_order as o
    inner join curated.dim_customer as d on o.customer_id = d.customer_id
    where not d.is_on_file
),

delivered_survey as (
    select s.cohort_on
    from curated.fct_survey as s
    where s.invite_id in (
        select d.invite_id from staging.stg_surveys as d
        where d.load_id = any(:loads)
    )
),

happened as (
    select happened_on from delivered_order
    union
    select o.ordered_on as happened_on
    from moved_customer as m
    inner join curated.fct_order as o on m.customer_id = o.customer_id
),

happening_month as (
    select distinct cast(date_trunc('month', happened_on) as date) as month_on from happened
),

touched as (
    select e.slice_on
    from ended as e
    inner join happening_month as h on e.slice_on >= h.month_on and e.slice_on < h.month_on + interval '12 months'
    union
    select e.slice_on
    from ended as e
    inner join delivered_survey as d on e.slice_on = d.cohort_on
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
