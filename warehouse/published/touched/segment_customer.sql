-- Whether rows of these loads change published.segment_customer: they happened up to the end of its month, or another month has
-- ended since.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

standing as (
    select e.as_of_on
    from last_month as l
    cross join published.current as c
    inner join published.manifest as m on c.refresh_id = m.refresh_id and m.table_name = 'segment_customer'
    inner join published.segment_customer_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
    where e.as_of_on = cast(l.month_on + interval '1 month' as date) - 1
),

delivered_order as (
    select o.ordered_on as happened_on
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
    select o.ordered_on as happened_on
    from touched_rate as t
    inner join staging.stg_orders as s on t.currency = s.currency
    inner join curated.fct_order as o on s.order_id = o.order_id and t.from_on <= o.ordered_on
),

delivered_wallet as (
    select w.period_on as happened_on
    from staging.stg_wallets as w
    where w.load_id = any(:loads)
),

delivered_visit as (
    select c.started_on as happened_on
    from curated.fct_contact as c
    where
        c.purpose_code = 'visit'
        and c.contact_id in (
            select s.contact_id from staging.stg_contacts as s
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
    union all
    select w.period_on as happened_on
    from moved_customer as m
    inner join curated.fct_wallet as w on m.customer_id = w.customer_id
),

happened as (
    select happened_on from delivered_order
    union all
    select happened_on from delivered_rate
    union all
    select happened_on from delivered_wallet
    union all
    select happened_on from delivered_visit
    union all
    select happened_on from of_moved_customer
),

touched as (
    select l.month_on
    from last_month as l
    where
        not exists (select 1 from standing)
        or exists (
            select 1 from happened as h
            where h.happened_on < l.month_on + interval '1 month'
        )
)

select date '0001-01-01' as slice_on
from touched
