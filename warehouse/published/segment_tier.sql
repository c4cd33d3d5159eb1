-- published.segment_tier
-- One row per month that has ended, home branch, kind of customer and value tier.
-- Reads  curated.tier_spell (fct_order), curated.fct_order, curated.fct_contact, curated.dim_customer, curated.dim_branch
-- Feeds  orders, contacts, customers, branches, currency_rates
-- Slice  month at whose end customers are placed
-- Reach  every month from that of the earliest order or visit delivered on (a lost customer stays lost), and months that
--        have ended since.
-- Why    orders and visits meet the stretch of months that a customer is in one tier, so that one pass makes any number of
--        months. Revenue is that of the 12 months that end with the snapshot.
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

cut as (
    select cast(:cuts as jsonb) as cuts
),

span as (
    select
        min(slice_on) as from_on,
        max(slice_on) as until_on
    from slice
),

spell as (
    select t.*
    from cut as c
    cross join curated.tier_spell(c.cuts) as t
    inner join span as s on t.until_on > s.from_on and t.from_on <= s.until_on
),

bought as (
    select
        o.customer_id,
        cast(date_trunc('month', o.ordered_on) as date) as month_on,
        sum(o.amount) as amount
    from span as s
    inner join curated.fct_order as o
        on s.from_on - interval '11 months' <= o.ordered_on and s.until_on + interval '1 month' > o.ordered_on
    where o.customer_code is not null
    group by o.customer_id, date_trunc('month', o.ordered_on)
),

visit as (
    select
        v.customer_id,
        cast(date_trunc('month', v.started_on) as date) as month_on,
        count(*) as visits
    from span as s
    inner join curated.fct_contact as v on s.until_on + interval '1 month' > v.started_on
    where v.purpose_code = 'visit' and v.is_reached
    group by v.customer_id, date_trunc('month', v.started_on)
),

ordered as (
    select
        s.customer_id,
        s.tier,
        b.amount,
        greatest(s.from_on, b.month_on) as from_on,
        least(s.until_on, cast(b.month_on + interval '12 months' as date)) as until_on
    from spell as s
    inner join bought as b on s.customer_id = b.customer_id
),

visited as (
    select
        s.customer_id,
        s.tier,
        v.visits,
        greatest(s.from_on, v.month_on) as from_on,
        least(
            s.until_on, cast(v.month_on + make_interval(months => cast(c.cuts ->> 'visit_months' as integer)) as date)
        ) as until_on
    from cut as c
    cross join spell as s
    inner join visit as v on s.customer_id = v.customer_id
),

piece as (
    select
        customer_id,
        tier,
        from_on,
        until_on,
        1 as customers,
        null as revenue,
        0 as visits_got
    from spell
    union all
    select
        customer_id,
        tier,
        from_on,
        until_on,
        0 as customers,
        amount as revenue,
        0 as visits_got
    from ordered
    union all
    select
        customer_id,
        tier,
        from_on,
        until_on,
        0 as customers,
        null as revenue,
        visits as visits_got
    from visited
),

added as (
    select
        d.branch_id,
        d.customer_kind,
        p.tier,
        p.from_on,
        p.until_on,
        sum(p.customers) as customers,
        sum(p.revenue) as revenue,
        sum(p.visits_got) as visits_got
    from piece as p
    left join curated.dim_customer as d on p.customer_id = d.customer_id
    where p.from_on < p.until_on
    group by d.branch_id, d.customer_kind, p.tier, p.from_on, p.until_on
),

counted as (
    select
        s.slice_on,
        a.branch_id,
        a.customer_kind,
        a.tier,
        sum(a.customers) as customers,
        coalesce(sum(a.revenue), 0) as revenue,
        sum(a.visits_got) as visits_got
    from slice as s
    inner join added as a on s.slice_on >= a.from_on and s.slice_on < a.until_on
    group by s.slice_on, a.branch_id, a.customer_kind, a.tier
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        n.slice_on,
        n.branch_id,
        b.region_id,
        n.customer_kind,
        n.tier as cell,
        n.customers,
        n.revenue,
        n.visits_got,
        n.customers * cast(c.cuts -> 'value_tier' -> 'visits' ->> n.tier as numeric) as visits_due
    from counted as n
    cross join cut as c
    left join branch as b on n.branch_id = b.branch_id
)

select *
from final
