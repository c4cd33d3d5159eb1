-- published.segment_portfolio
-- One row per month that has ended, home branch, kind of customer and cell of the portfolio matrix.
-- Reads  curated.portfolio (fct_order, fct_wallet, dim_customer), curated.fct_contact, curated.dim_customer, curated.dim_branch
-- Feeds  orders, wallets, contacts, customers, branches, currency_rates
-- Slice  month at whose end customers are placed
-- Reach  every month from that of the earliest order, wallet or visit delivered on, and months that have ended since.
-- Why    cuts come from catalogue/cuts.yaml and from the whole company, never from what a viewer may see. visits_due is the
--        cell's norm times its customers.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

first_month as (
    select cast(date_trunc('month', min(ordered_on)) as date) as month_on from curated.fct_order
),

slice as (
    select s.slice_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
    inner join first_month as f on s.slice_on >= f.month_on
),

cut as (
    select cast(:cuts as jsonb) as cuts
),

placed as (
    select p.*
    from curated.portfolio(cast(:slices as date[]), cast(:cuts as jsonb)) as p
    inner join slice as s on p.slice_on = s.slice_on
),

visit as (
    select
        s.slice_on,
        v.customer_id,
        count(*) as visits
    from slice as s
    cross join cut as c
    inner join curated.fct_contact as v
        on
            v.started_on >= s.slice_on - make_interval(months => cast(c.cuts ->> 'visit_months' as integer) - 1)
            and v.started_on < s.slice_on + interval '1 month'
    where v.purpose_code = 'visit' and v.is_reached
    group by s.slice_on, v.customer_id
),

counted as (
    select
        p.slice_on,
        d.branch_id,
        d.customer_kind,
        p.cell,
        p.axes,
        count(*) as customers,
        sum(p.spend) as revenue,
        sum(coalesce(v.visits, 0)) as visits_got
    from placed as p
    left join curated.dim_customer as d on p.customer_id = d.customer_id
    left join visit as v on p.slice_on = v.slice_on and p.customer_id = v.customer_id
    group by p.slice_on, d.branch_id, d.customer_kind, p.cell, p.axes
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.customer_kind,
        c.cell,
        c.axes,
        c.customers,
        c.revenue,
        c.visits_got,
        c.customers * cast(t.cuts -> 'portfolio' -> 'visits' ->> c.cell as numeric) as visits_due
    from counted as c
    cross join cut as t
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
