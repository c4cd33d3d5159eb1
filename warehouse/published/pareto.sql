-- published.pareto
-- One row per month that has ended, home branch and log bucket of what customers spent in 12 months: how many, and their revenue.
-- Reads  curated.fct_order, curated.dim_customer, curated.dim_branch
-- Feeds  orders, customers, branches, currency_rates
-- Slice  month at whose end it is counted
-- Reach  the 12 months from that of an order delivered on, and months that have ended since.
-- Why    buckets of ratio 1.05 add over branches; taken as equal within a bucket, customers give any share of the curve to one
--        per cent. An order counts from its month until 12 months later, so that one pass makes any number of months. Who
--        spent nothing is no customer of the curve.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

slice as (
    select s.slice_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
),

span as (
    select
        cast(min(slice_on) - interval '11 months' as date) as from_on,
        cast(max(slice_on) + interval '1 month' as date) as until_on
    from slice
),

bought as (
    select
        o.customer_id,
        cast(date_trunc('month', o.ordered_on) as date) as month_on,
        sum(o.amount) as amount
    from span as s
    inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null and o.amount is not null
    group by o.customer_id, date_trunc('month', o.ordered_on)
),

change as (
    select
        customer_id,
        month_on,
        amount
    from bought
    union all
    select
        customer_id,
        cast(month_on + interval '12 months' as date) as month_on,
        -amount as amount
    from bought
),

changed as (
    select
        customer_id,
        month_on,
        sum(amount) as amount
    from change
    group by customer_id, month_on
),

spell as (
    select
        customer_id,
        month_on as from_on,
        sum(amount) over w as revenue,
        lead(month_on) over w as until_on
    from changed
    window w as (partition by customer_id order by month_on)
),

counted as (
    select
        d.branch_id,
        s.from_on,
        s.until_on,
        cast(floor(ln(cast(s.revenue as double precision)) / ln(cast(1.05 as double precision))) as integer) as bucket,
        count(*) as customers,
        sum(s.revenue) as revenue
    from spell as s
    left join curated.dim_customer as d on s.customer_id = d.customer_id
    where s.revenue > 0
    group by d.branch_id, s.from_on, s.until_on, bucket
),

standing as (
    select
        s.slice_on,
        c.branch_id,
        c.bucket,
        sum(c.customers) as customers,
        sum(c.revenue) as revenue
    from slice as s
    inner join counted as c on s.slice_on >= c.from_on and s.slice_on < c.until_on
    group by s.slice_on, c.branch_id, c.bucket
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        s.slice_on,
        s.branch_id,
        b.region_id,
        s.bucket,
        s.customers,
        s.revenue
    from standing as s
    left join branch as b on s.branch_id = b.branch_id
)

select *
from final
