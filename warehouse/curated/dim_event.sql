-- curated.dim_event
-- One row per event that people are invited to, what it cost in the reporting currency.
-- Reads  staging.now_events, staging.now_currency_rates, published.setting
-- Key    event_id; branch_id -> curated.dim_branch
-- Feeds  events, currency_rates
-- Why    an attendance has no day of its own: it happened when the event was held. Money is turned into one currency as that
--        of orders is, at the newest rate known on the day of the event; without a rate the cost is unknown, not zero.
with reporting as (
    select max(value) as currency from published.setting
    where name = 'reporting_currency'
),

touched_rate as (
    select
        currency,
        min(rate_on) as from_on
    from staging.stg_currency_rates
    where load_id = any(:loads)
    group by currency
),

touched as (
    select event_id from staging.stg_events
    where load_id = any(:loads)
    union
    select e.event_id
    from touched_rate as r
    inner join staging.stg_events as e on r.currency = e.currency and r.from_on <= e.held_on
),

event as (
    select
        n.*,
        nullif(n.currency, p.currency) as foreign_currency
    from staging.now_events as n
    inner join touched as t on n.event_id = t.event_id
    cross join reporting as p
),

rate as (
    select
        currency,
        rate,
        rate_on,
        lead(rate_on, 1, 'infinity') over (partition by currency order by rate_on) as until_on
    from staging.now_currency_rates
),

final as (
    select
        e.event_id,
        e.branch_id,
        e.event_kind,
        e.held_on,
        case when e.foreign_currency is null then e.cost_amount else e.cost_amount * r.rate end as cost_amount
    from event as e
    left join rate as r on e.foreign_currency = r.currency and e.held_on >= r.rate_on and e.held_on < r.until_on
)

select *
from final
