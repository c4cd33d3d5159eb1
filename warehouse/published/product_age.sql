-- published.product_age
-- One row per month that has ended, home branch, usage and band of the product's age: active customers, their orders and answers.
-- Reads  curated.fct_order, curated.fct_survey, curated.fct_survey_answer, curated.dim_customer, curated.dim_branch
-- Feeds  orders, customers, surveys, survey_answers, branches
-- Slice  month at whose end it is counted
-- Reach  the 12 months from that of an order or an invitation delivered on, and months that have ended since.
-- Why    a customer's product passes through the bands (catalogue/sides.yaml) while months go by: stretches of months in a band
--        meet the stretches in which the customer is active, an order counts or an answer counts, so that one pass makes any
--        number of months. A product not owned yet at the month's end, or nobody knows since when, is unknown.
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

year as (
    select
        make_interval(years => cast(cast(:sides as jsonb) -> 'product_age' ->> 'up_to_2' as integer)) as young,
        make_interval(years => cast(cast(:sides as jsonb) -> 'product_age' ->> '2_to_5' as integer)) as grown
),

ordered as (
    select
        o.customer_id,
        cast(date_trunc('month', o.ordered_on) as date) as month_on,
        count(*) as orders
    from span as s
    inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null
    group by o.customer_id, date_trunc('month', o.ordered_on)
),

active as (
    select
        customer_id,
        month_on as from_on,
        least(
            cast(month_on + interval '12 months' as date),
            lead(month_on) over (partition by customer_id order by month_on)
        ) as until_on
    from ordered
),

answered as (
    select
        v.customer_id,
        v.cohort_on as month_on,
        count(*) as answers,
        sum(100 * (a.score - a.scale_min) / (a.scale_max - a.scale_min)) as points
    from span as s
    inner join curated.fct_survey as v on s.from_on <= v.cohort_on and s.until_on > v.cohort_on
    inner join curated.fct_survey_answer as a on v.customer_id = a.customer_id and v.invite_id = a.invite_id
    where
        v.customer_code is not null
        and a.question_code = 'overall'
        and a.score between a.scale_min and a.scale_max
        and a.scale_min < a.scale_max
    group by v.customer_id, v.cohort_on
),

owned as (
    select
        d.customer_id,
        d.branch_id,
        d.usage_code,
        cast(date_trunc('month', d.product_owned_since_on) as date) as bought_on,
        cast(date_trunc('month', d.product_owned_since_on + y.young + interval '1 day') as date) as young_until_on,
        cast(date_trunc('month', d.product_owned_since_on + y.grown + interval '1 day') as date) as grown_until_on
    from curated.dim_customer as d
    cross join year as y
),

band as (
    select
        o.customer_id,
        o.branch_id,
        o.usage_code,
        b.band,
        b.from_on,
        b.until_on
    from owned as o
    cross join
        lateral (
            values
            ('unknown', date '-infinity', coalesce(o.bought_on, date 'infinity')),
            ('up_to_2', o.bought_on, o.young_until_on),
            ('2_to_5', o.young_until_on, o.grown_until_on),
            ('over_5', o.grown_until_on, date 'infinity')
        ) as b (band, from_on, until_on)
    where b.from_on < b.until_on
),

piece as (
    select
        customer_id,
        from_on,
        until_on,
        1 as customers,
        0 as orders,
        0 as answers,
        0 as points
    from active
    union all
    select
        customer_id,
        month_on as from_on,
        cast(month_on + interval '12 months' as date) as until_on,
        0 as customers,
        orders,
        0 as answers,
        0 as points
    from ordered
    union all
    select
        n.customer_id,
        greatest(n.month_on, a.from_on) as from_on,
        least(cast(n.month_on + interval '12 months' as date), a.until_on) as until_on,
        0 as customers,
        0 as orders,
        n.answers,
        n.points
    from answered as n
    inner join active as a
        on n.customer_id = a.customer_id and n.month_on < a.until_on and n.month_on + interval '12 months' > a.from_on
),

banded as (
    select
        b.branch_id,
        b.usage_code,
        b.band,
        p.customers,
        p.orders,
        p.answers,
        p.points,
        greatest(p.from_on, b.from_on) as from_on,
        least(p.until_on, b.until_on) as until_on
    from piece as p
    inner join band as b on p.customer_id = b.customer_id and p.from_on < b.until_on and p.until_on > b.from_on
),

added as (
    select
        branch_id,
        usage_code,
        band,
        from_on,
        until_on,
        sum(customers) as customers,
        sum(orders) as orders,
        sum(answers) as answers,
        sum(points) as points
    from banded
    group by branch_id, usage_code, band, from_on, until_on
),

standing as (
    select
        s.slice_on,
        a.branch_id,
        a.usage_code,
        a.band,
        sum(a.customers) as customers,
        sum(a.orders) as orders,
        sum(a.answers) as answers,
        sum(a.points) as points
    from slice as s
    inner join added as a on s.slice_on >= a.from_on and s.slice_on < a.until_on
    group by s.slice_on, a.branch_id, a.usage_code, a.band
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
        s.usage_code,
        s.band,
        s.customers,
        s.orders,
        s.answers,
        s.points
    from standing as s
    left join branch as b on s.branch_id = b.branch_id
)

select *
from final
