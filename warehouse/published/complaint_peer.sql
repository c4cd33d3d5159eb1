-- published.complaint_peer
-- One row per month, home branch and value tier: customers who had no complaint, and those of them who ordered in the 180 days
-- from the first of the month on. They are set beside customers whose complaint was resolved in that month.
-- Reads  curated.tier_spell (fct_tier_stretch), curated.fct_order, curated.fct_complaint, curated.dim_customer, curated.dim_branch
-- Feeds  orders, complaints, customers, branches
-- Slice  month of resolution, once its first 180 days are over
-- Reach  months from 180 days before the earliest order delivered on, those within 180 days of a complaint delivered, and
--        months that are due since. New orders and complaints change no month that is due already.
-- Why    placed at the end of the month before; without a complaint in the 180 days before that and the 180 days after. Months
--        in a tier, months near a complaint and months before an order are ranges, so that one pass makes any number of months.
with slice as (
    select s.slice_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    where s.slice_on + 180 <= cast(cast(:data_until as timestamptz) at time zone :zone as date)
),

span as (
    select
        min(slice_on) as from_on,
        max(slice_on) + 1 as until_on
    from slice
),

cut as (
    select cast(:cuts as jsonb) as cuts
),

placed as materialized (
    select
        t.customer_id,
        t.tier,
        greatest(s.from_on, cast(t.from_on + interval '1 month' as date)) as from_on,
        least(s.until_on, cast(t.until_on + interval '1 month' as date)) as until_on
    from cut as c
    cross join curated.tier_spell(c.cuts) as t
    cross join span as s
),

complained as (
    select
        c.customer_id,
        range_agg(daterange(c.opened_on - 179, c.opened_on + 181)) as months
    from span as s
    inner join curated.fct_complaint as c on s.from_on - 180 <= c.opened_on and s.until_on + 179 >= c.opened_on
    where c.customer_code is not null
    group by c.customer_id
),

bought as (
    select
        o.customer_id,
        range_agg(daterange(o.ordered_on - 179, o.ordered_on + 1)) as months
    from span as s
    inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on + 179 >= o.ordered_on
    where o.customer_code is not null
    group by o.customer_id
),

peer as (
    select
        p.tier,
        d.branch_id,
        datemultirange(daterange(p.from_on, p.until_on)) - coalesce(c.months, '{}') as counted,
        coalesce(b.months, '{}') as ordered
    from placed as p
    inner join curated.dim_customer as d on p.customer_id = d.customer_id
    left join complained as c on p.customer_id = c.customer_id
    left join bought as b on p.customer_id = b.customer_id
    where p.from_on < p.until_on
),

piece as (
    select
        p.branch_id,
        p.tier,
        m.months,
        1 as customers,
        0 as ordered
    from peer as p
    cross join unnest(p.counted) as m (months)
    union all
    select
        p.branch_id,
        p.tier,
        m.months,
        0 as customers,
        1 as ordered
    from peer as p
    cross join unnest(p.counted * p.ordered) as m (months)
),

whole_months as (
    select
        branch_id,
        tier,
        customers,
        ordered,
        cast(date_trunc('month', lower(months) + interval '1 month' - interval '1 day') as date) as from_on,
        cast(date_trunc('month', upper(months) + interval '1 month' - interval '1 day') as date) as until_on
    from piece
),

added as (
    select
        branch_id,
        tier,
        from_on,
        until_on,
        sum(customers) as customers,
        sum(ordered) as ordered
    from whole_months
    where from_on < until_on
    group by branch_id, tier, from_on, until_on
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
        a.branch_id,
        b.region_id,
        a.tier,
        sum(a.customers) as customers,
        sum(a.ordered) as ordered_in_180
    from slice as s
    inner join added as a on s.slice_on >= a.from_on and s.slice_on < a.until_on
    left join branch as b on a.branch_id = b.branch_id
    group by s.slice_on, a.branch_id, b.region_id, a.tier
)

select * from final
