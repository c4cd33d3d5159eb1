-- Months of returning in published.return_day that rows of these loads change.
with delivered as (
    select r.returned_on
    from curated.fct_return as r
    where
        r.return_id in (
            select s.return_id from staging.stg_returns as s
            where s.load_id = any(:loads)
        )
        or r.order_id in (
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
    select r.returned_on
    from touched_rate as t
    inner join staging.stg_orders as s on t.currency = s.currency
    inner join curated.fct_return as r on s.order_id = r.order_id and t.from_on <= r.ordered_on
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

touched as (
    select returned_on from delivered
    union
    select returned_on from delivered_rate
    union
    select r.returned_on
    from moved_branch as m
    inner join curated.fct_return as r on m.branch_id = r.branch_id
),

final as (
    select distinct coalesce(cast(date_trunc('month', returned_on) as date), date '0001-01-01') as slice_on
    from touched
)

select *
from final
