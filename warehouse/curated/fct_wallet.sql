-- curated.fct_wallet
-- One row per customer and period: what the customer buys in the category from everybody.
-- Reads  staging.now_wallets
-- Key    customer_code, period_on
-- Feeds  wallets
-- Why    our share of it says how much a customer supports us, which our own orders alone cannot.
with touched as (
    select distinct
        customer_id,
        period_on
    from staging.stg_wallets
    where load_id = any(:loads)
),

wallet as (
    select n.*
    from staging.now_wallets as n
    inner join touched as t on n.customer_id = t.customer_id and n.period_on = t.period_on
),

final as (
    select
        customer_id as customer_code,
        period_on,
        category_spend_amount as amount,
        curated.party_id('customer:' || customer_id) as customer_id
    from wallet
)

select *
from final
