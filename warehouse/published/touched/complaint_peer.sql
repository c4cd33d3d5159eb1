-- touched slices of published.complaint_peer
-- One row per month that is due and that rows of these loads change, that has come due since the last refresh, or that turns
-- out not to be due.
-- Reads  staging.stg_orders, staging.stg_complaints, staging.stg_customers, staging.stg_branches, curated.fct_order,
--        curated.fct_complaint, curated.dim_customer, curated.dim_branch, ops.standing
-- Why    asked before and after curating: where a row stood and where it stands now.
with first_month as (
    select cast(date_trunc('month', min(ordered_on)) + interval '1 month' as date) as month_on from curated.fct_order
),

data_date as (
    select cast(cast(:data_until as timestamptz) at time zone :zone as date) as on_date
),

due as (
    select cast(s.month_on as date) as slice_on
    from first_month as f
    cross join data_date as d
    cross join generate_series(cast(f.month_on as timestamp), cast(d.on_date - 180 as timestamp), interval '1 month') as s (month_on)
),

standing as (
    select slice_on from ops.standing
    where table_name = 'complaint_peer'
),

delivered_order as (
    select o.ordered_on
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
    where s.load_id = any(:loads) and s.branch_id is distinct from d.branch_id
    union all
    select d.customer_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    inner join curated.dim_customer as d on s.branch_id = d.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

of_moved_customer as (
    select o.ordered_on
    from moved_customer as m
    inner join curated.fct_order as o on m.customer_id = o.customer_id
),

ordered as (
    select ordered_on from delivered_order
    union all
    select ordered_on from of_moved_customer
),

earliest as (
    select min(ordered_on) - 179 as on_date from ordered
),

complained as (
    select distinct c.opened_on
    from curated.fct_complaint as c
    where
        c.customer_code is not null
        and c.complaint_id in (
            select s.complaint_id from staging.stg_complaints as s
            where s.load_id = any(:loads)
        )
),

touched as (
    select d.slice_on
    from due as d
    inner join earliest as e on d.slice_on >= e.on_date
    union
    select d.slice_on
    from due as d
    inner join complained as c on d.slice_on > c.opened_on - 180 and d.slice_on <= c.opened_on + 180
    union
    select d.slice_on
    from due as d
    where d.slice_on not in (select s.slice_on from standing as s)
    union
    select s.slice_on
    from standing as s
    where s.slice_on not in (select d.slice_on from due as d)
)

select slice_on
from touched
