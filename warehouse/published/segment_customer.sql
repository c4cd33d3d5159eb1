-- published.segment_customer
-- One row per customer who ever ordered or has a wallet: where they stood at the end of the last month that has ended.
-- Reads  curated.portfolio, curated.tier_spell, curated.fct_order, curated.fct_contact, curated.dim_customer, curated.dim_branch
-- Feeds  orders, wallets, contacts, customers, branches, currency_rates
-- Slice  one for all
-- Reach  anything up to the end of that month, and its ending.
-- Why    each cell of a matrix opens to its customers; only the newest standing is worth acting on.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

cut as (
    select cast(:cuts as jsonb) as cuts
),

last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

placed as (
    select p.*
    from cut as c
    cross join last_month as m
    cross join curated.portfolio(array[m.month_on], c.cuts) as p
),

tier as (
    select
        t.customer_id,
        t.tier
    from cut as c
    cross join curated.tier_spell(c.cuts) as t
    inner join last_month as m on t.from_on <= m.month_on and t.until_on > m.month_on
),

ordered as (
    select
        o.customer_id,
        max(o.ordered_on) as last_ordered_on
    from last_month as m
    inner join curated.fct_order as o on o.ordered_on < m.month_on + interval '1 month'
    where o.customer_code is not null
    group by o.customer_id
),

visit as (
    select
        v.customer_id,
        count(*) as visits_got
    from last_month as m
    cross join cut as c
    inner join curated.fct_contact as v
        on
            v.started_on >= m.month_on - make_interval(months => cast(c.cuts ->> 'visit_months' as integer) - 1)
            and v.started_on < m.month_on + interval '1 month'
    where v.purpose_code = 'visit' and v.is_reached
    group by v.customer_id
),

standing as (
    select
        p.cell,
        t.tier,
        p.spend,
        p.orders,
        p.attractiveness,
        p.support,
        coalesce(p.customer_id, t.customer_id) as customer_id
    from placed as p
    full join tier as t on p.customer_id = t.customer_id
),

final as (
    select
        s.slice_on,
        d.branch_id,
        b.region_id,
        d.customer_code,
        d.customer_kind,
        n.cell as portfolio,
        n.tier as value_tier,
        o.last_ordered_on,
        n.attractiveness,
        n.support,
        cast(c.cuts -> 'portfolio' -> 'visits' ->> n.cell as numeric) as portfolio_visits_due,
        cast(c.cuts -> 'value_tier' -> 'visits' ->> n.tier as numeric) as value_tier_visits_due,
        cast(m.month_on + interval '1 month' as date) - 1 as as_of_on,
        coalesce(n.spend, 0) as spend,
        coalesce(n.orders, 0) as orders,
        coalesce(v.visits_got, 0) as visits_got
    from slice as s
    cross join last_month as m
    cross join cut as c
    cross join standing as n
    inner join curated.dim_customer as d on n.customer_id = d.customer_id
    left join curated.dim_branch as b on d.branch_id = b.branch_id
    left join ordered as o on n.customer_id = o.customer_id
    left join visit as v on n.customer_id = v.customer_id
)

select *
from final
