-- Months of ordering in published.attribution_day that rows of these loads change.
-- A lead changes the orders that name it and those that customers of any of its versions placed since it was collected.
with delivered_order as (
    select o.ordered_on
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

touched_rate as (
    select
        r.currency,
        min(r.rate_on) as from_on
    from staging.stg_currency_rates as r
    where
        r.load_id = any(:loads)
        and r.currency not in (
            select p.value from published.setting as p
            where p.name = 'reporting_currency'
        )
    group by r.currency
),

delivered_rate as (
    select o.ordered_on
    from touched_rate as t
    inner join staging.stg_orders as s on t.currency = s.currency
    inner join curated.fct_order as o on s.order_id = o.order_id and t.from_on <= o.ordered_on
),

delivered_lead as (
    select distinct
        every_version.lead_id,
        every_version.collected_at,
        curated.party_id('customer:' || every_version.customer_id) as customer_id
    from staging.stg_leads as delivered
    inner join staging.stg_leads as every_version on delivered.lead_id = every_version.lead_id
    where delivered.load_id = any(:loads)
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

of_moved_branch as (
    select o.ordered_on
    from moved_branch as m
    inner join curated.fct_order as o on m.branch_id = o.branch_id
),

touched as (
    select ordered_on from delivered_order
    union
    select ordered_on from delivered_rate
    union
    select o.ordered_on
    from delivered_lead as d
    inner join curated.fct_order as o on d.lead_id = o.lead_id
    union
    select o.ordered_on
    from delivered_lead as d
    inner join curated.fct_order as o on d.customer_id = o.customer_id
    where coalesce(d.collected_at <= o.ordered_at, true)
    union
    select ordered_on from of_moved_branch
),

final as (
    select distinct coalesce(cast(date_trunc('month', ordered_on) as date), date '0001-01-01') as slice_on
    from touched
)

select *
from final
