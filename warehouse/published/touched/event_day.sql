-- Months in published.event_day that rows of these loads change.
-- An order counts for the latest event before it, so guests of one event change what those of the 30 days before it brought.
with moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
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

ordering_day as (
    select o.ordered_on
    from staging.stg_orders as s
    inner join curated.fct_order as o on s.order_id = o.order_id
    where s.load_id = any(:loads)
    union
    select o.ordered_on
    from touched_rate as t
    inner join staging.stg_orders as s on t.currency = s.currency
    inner join curated.fct_order as o on s.order_id = o.order_id and t.from_on <= o.ordered_on
),

touched_event as (
    select event_id from staging.stg_events
    where load_id = any(:loads)
    union
    select event_id from staging.stg_attendances
    where load_id = any(:loads)
    union
    select a.event_id
    from staging.stg_leads as s
    inner join curated.fct_attendance as a on s.lead_id = a.lead_id
    where s.load_id = any(:loads)
    union
    select s.event_id
    from touched_rate as t
    inner join staging.stg_events as s on t.currency = s.currency and t.from_on <= s.held_on
    union
    select e.event_id
    from moved_branch as m
    inner join curated.dim_event as e on m.branch_id = e.branch_id
),

held as (
    select e.held_on
    from touched_event as t
    inner join curated.dim_event as e on t.event_id = e.event_id
),

touched as (
    select held_on from held
    union
    select e.held_on
    from held as h
    inner join curated.dim_event as e on e.held_on between h.held_on - 30 and h.held_on
    union
    select e.held_on
    from ordering_day as o
    inner join curated.dim_event as e on e.held_on between o.ordered_on - 30 and o.ordered_on
),

final as (
    select distinct coalesce(cast(date_trunc('month', held_on) as date), date '0001-01-01') as slice_on
    from touched
)

select *
from final
