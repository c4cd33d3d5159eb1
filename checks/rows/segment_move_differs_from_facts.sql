-- Months made anew in which other customers are placed than ordered.
-- Reads  {batch}: gate.figures_segment_move; ops.candidate, curated.fct_order, curated.fct_wallet, curated.dim_customer
-- Why    everybody who ever ordered has a value tier; who ordered within 12 months stands in the portfolio, too (and so may who
--        has a wallet), and, as a distributor, in the matrix of distributors. An order in a later month proves that the month
--        has ended.
with
slices as (
    select
        c.slice_on,
        cast(c.slice_on + interval '1 month' as date) as until_on
    from ops.candidate as c
    where c.table_name = 'segment_move' and c.edition_id = c.refresh_id
),

figures as (
    select
        slice_on,
        sum(customers) filter (where matrix = 'value_tier') as tiered,
        sum(customers) filter (where matrix = 'distributor') as distributors,
        sum(customers) filter (where matrix = 'portfolio') as in_portfolio
    from {batch}
    where is_new and to_cell <> 'gone'
    group by slice_on
),

bought as (
    select distinct
        o.customer_id,
        cast(date_trunc('month', o.ordered_on) as date) as month_on
    from curated.fct_order as o
    where o.customer_code is not null and o.ordered_on is not null
),

first_order as (
    select
        customer_id,
        min(month_on) as month_on
    from bought
    group by customer_id
),

newest as (
    select max(ordered_on) as ordered_on
    from curated.fct_order
),

ever as (
    select
        s.slice_on,
        count(*) as customers
    from slices as s
    inner join first_order as f on s.until_on > f.month_on
    group by s.slice_on
),

active as (
    select
        b.customer_id,
        d.customer_kind,
        range_agg(daterange(b.month_on, cast(b.month_on + interval '12 months' as date))) as months
    from bought as b
    inner join curated.dim_customer as d on b.customer_id = d.customer_id
    group by b.customer_id, d.customer_kind
),

active_together as (
    select
        a.customer_kind,
        m.months,
        count(*) as customers
    from active as a
    cross join unnest(a.months) as m (months)
    group by a.customer_kind, m.months
),

lately as (
    select
        s.slice_on,
        sum(a.customers) as customers,
        sum(a.customers) filter (where a.customer_kind = 'distributor') as distributors
    from slices as s
    inner join active_together as a on s.slice_on <@ a.months
    group by s.slice_on
),

compared as (
    select
        s.slice_on,
        coalesce(f.tiered, 0) as tiered,
        coalesce(e.customers, 0) as ordered_ever,
        coalesce(f.distributors, 0) as distributors,
        coalesce(l.distributors, 0) as distributors_who_ordered,
        coalesce(f.in_portfolio, 0) as in_portfolio,
        coalesce(l.customers, 0) as ordered_lately
    from slices as s
    inner join newest as n on s.until_on <= n.ordered_on
    left join figures as f on s.slice_on = f.slice_on
    left join ever as e on s.slice_on = e.slice_on
    left join lately as l on s.slice_on = l.slice_on
)

select *
from compared
where tiered <> ordered_ever or distributors <> distributors_who_ordered or in_portfolio < ordered_lately
