-- Months in published.five_month that rows of these loads change: from that of the earliest of them on, those that have ended
-- since the last refresh, and those that turn out not to have ended.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

first_month as (
    select cast(date_trunc('month', min(ordered_on)) as date) as month_on from curated.fct_order
),

standing as (
    select slice_on from ops.standing
    where table_name = 'five_month'
),

ended as (
    select cast(generate_series(f.month_on, l.month_on, interval '1 month') as date) as slice_on
    from first_month as f
    cross join last_month as l
),

delivered_order as (
    select o.ordered_on as happened_on
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

delivered_referral as (
    select l.collected_on as happened_on
    from curated.fct_lead as l
    where
        l.referrer_id is not null
        and l.lead_id in (
            select s.lead_id from staging.stg_leads as s
            where s.load_id = any(:loads)
        )
),

moved_customer as (
    select curated.party_id('customer:' || s.customer_id) as customer_id
    from staging.stg_customers as s
    left join curated.dim_customer as d on s.customer_id = d.customer_code
    where
        s.load_id = any(:loads)
        and (s.branch_id is distinct from d.branch_id or s.customer_kind is distinct from d.customer_kind)
    union all
    select d.customer_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    inner join curated.dim_customer as d on s.branch_id = d.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

of_moved_customer as (
    select o.ordered_on as happened_on
    from moved_customer as m
    inner join curated.fct_order as o on m.customer_id = o.customer_id
),

happened as (
    select happened_on from delivered_order
    union all
    select happened_on from delivered_referral
    union all
    select happened_on from of_moved_customer
),

earliest as (
    select cast(date_trunc('month', min(happened_on)) as date) as month_on from happened
),

touched as (
    select e.slice_on
    from ended as e
    inner join earliest as h on e.slice_on >= h.month_on
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
