-- published.segment_cut
-- One row per month that has ended and axis of the portfolio matrix: where the whole company's cut lay.
-- Reads  curated.portfolio (fct_order, fct_wallet, dim_customer)
-- Feeds  orders, wallets, customers, currency_rates
-- Slice  month at whose end customers are placed
-- Reach  every month from that of the earliest order or wallet delivered on, and months that have ended since.
-- Why    a branch head sees the company's cuts, as lines in the chart, without seeing the company's customers.
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

placed as (
    select p.*
    from curated.portfolio(cast(:slices as date[]), cast(:cuts as jsonb)) as p
    inner join slice as s on p.slice_on = s.slice_on
),

lain as (
    select distinct
        slice_on,
        axes,
        attractiveness_cut,
        support_cut
    from placed
),

final as (
    select
        slice_on,
        'attractiveness' as axis,
        axes as measured_by,
        attractiveness_cut as cut_at
    from lain
    union all
    select
        slice_on,
        'support' as axis,
        axes as measured_by,
        support_cut as cut_at
    from lain
)

select *
from final
