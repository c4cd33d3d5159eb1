-- Months in published.cost_month that rows of these loads change.
-- Asked before curating (what was there) and after it (what is there now).
with delivered_cost as (
    select month_on as spent_on from staging.stg_lead_costs
    where load_id = any(:loads)
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

delivered_lead as (
    select
        every_version.lead_id,
        curated.party_id('customer:' || every_version.customer_id) as customer_id
    from staging.stg_leads as delivered
    inner join staging.stg_leads as every_version on delivered.lead_id = every_version.lead_id
    where delivered.load_id = any(:loads)
),

touched_rate as (
    select
        currency,
        min(rate_on) as from_on
    from staging.stg_currency_rates
    where load_id = any(:loads)
    group by currency
),

touched_event as (
    select event_id from staging.stg_events
    where load_id = any(:loads)
    union
    select event_id from staging.stg_attendances
    where load_id = any(:loads)
    union
    select e.event_id
    from touched_rate as r
    inner join staging.stg_events as e on r.currency = e.currency and r.from_on <= e.held_on
    union
    select a.event_id
    from delivered_lead as d
    inner join curated.fct_attendance as a on d.lead_id = a.lead_id
    union
    select a.event_id
    from delivered_lead as d
    inner join curated.fct_attendance as a on d.customer_id = a.customer_id
    union
    select e.event_id
    from moved_branch as m
    inner join curated.dim_event as e on m.branch_id = e.branch_id
),

touched as (
    select spent_on from delivered_cost
    union
    select c.month_on as spent_on
    from touched_rate as r
    inner join staging.stg_lead_costs as c on r.currency = c.currency and r.from_on <= c.month_on
    union
    select c.month_on as spent_on
    from moved_branch as m
    inner join curated.fct_lead_cost as c on m.branch_id = c.branch_id
    union
    select e.held_on as spent_on
    from touched_event as t
    inner join curated.dim_event as e on t.event_id = e.event_id
),

final as (
    select distinct coalesce(cast(date_trunc('month', spent_on) as date), date '0001-01-01') as slice_on
    from touched
)

select *
from final
