-- curated.fct_lead_cost
-- One row per source, branch and month: what was spent on leads, in the reporting currency.
-- Reads  staging.now_lead_costs, staging.now_currency_rates, published.setting
-- Key    source_code, branch_id, month_on; branch_id -> curated.dim_branch, source_code -> curated.dim_lead_source
-- Feeds  lead_costs, currency_rates
-- Why    money is turned into one currency as that of orders is, at the newest rate known on the day that names the month;
--        without a rate the cost is unknown, not zero.
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
    select
        source_code,
        branch_id,
        month_on
    from staging.stg_lead_costs
    where load_id = any(:loads)
    union
    select
        c.source_code,
        c.branch_id,
        c.month_on
    from touched_rate as r
    inner join staging.stg_lead_costs as c on r.currency = c.currency and r.from_on <= c.month_on
),

cost as (
    select
        n.*,
        nullif(n.currency, p.currency) as foreign_currency
    from staging.now_lead_costs as n
    inner join touched as t
        on n.source_code = t.source_code and n.branch_id = t.branch_id and n.month_on = t.month_on
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
        c.source_code,
        c.branch_id,
        c.month_on,
        case when c.foreign_currency is null then c.cost_amount else c.cost_amount * r.rate end as amount
    from cost as c
    left join rate as r on c.foreign_currency = r.currency and c.month_on >= r.rate_on and c.month_on < r.until_on
)

select *
from final
