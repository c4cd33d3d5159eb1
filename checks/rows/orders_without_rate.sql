-- Orders in another currency than the reporting one for which no rate is known on or before their day.
-- Reads  {batch}: gate.delivery_orders; staging.stg_currency_rates, published.load_feed, published.setting
-- Why    the earliest rate of each currency is enough to tell, and is looked up once.
with
rates as (
    select
        r.currency,
        min(r.rate_on) as first_on
    from staging.stg_currency_rates as r
    inner join published.load_feed as f on r.load_id = f.load_id and f.feed = 'currency_rates'
    where f.state <> 'discarded'
    group by r.currency
),

reporting as (
    select value as currency
    from published.setting
    where name = 'reporting_currency'
)

select o.order_id
from (select * from {batch}) as o
cross join reporting
left join rates on o.currency = rates.currency and rates.first_on <= cast(o.ordered_at as date)
where o.currency <> reporting.currency and rates.currency is null
