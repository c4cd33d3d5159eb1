-- published.action_visit
-- One row per customer to whom at least one whole visit is due by the norm of their portfolio cell.
-- Reads  curated.standing, curated.fct_tier_stretch, curated.fct_order, curated.fct_contact, curated.dim_customer, curated.dim_branch
-- Feeds  orders, wallets, surveys, survey_answers, contacts, customers, branches, currency_rates, targets
-- Slice  one, 0001-01-01
-- Reach  anything up to the end of the last month that has ended, its ending, and every visit since.
-- Why    standing, visits and norms are those of published.segment_customer; its feeds tell which month has ended. A visit made
--        since is no longer due, each day once. `place` is the customer's in branch and cell: the first of several branches are
--        among the first of each. A customer without a home branch is nobody's to visit. Who is not due is left out before
--        anything else is looked up, and the last order is looked for in its month, which value tiers know.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

cut as (
    select cast(:cuts as jsonb) as cuts
),

last_month as (
    select curated.last_month(cast(:data_until as timestamptz), :zone) as month_on
),

span as (
    select
        m.month_on,
        cast(m.month_on + interval '1 month' as date) as until_on,
        m.month_on - make_interval(months => cast(c.cuts ->> 'visit_months' as integer) - 1) as visits_from_on
    from last_month as m
    cross join cut as c
),

norm as (
    select
        n.cell,
        cast(n.visits as numeric) as visits_due
    from cut as c
    cross join jsonb_each_text(c.cuts -> 'portfolio' -> 'visits') as n (cell, visits)
    where n.cell <> 'unknown' and cast(n.visits as numeric) >= 1
),

standing as (
    select
        p.customer_id,
        p.to_cell as portfolio,
        p.spend,
        n.visits_due
    from cut as c
    cross join span as s
    cross join curated.standing('{portfolio}', array[s.month_on], c.cuts) as p
    inner join norm as n on p.to_cell = n.cell
),

visit as (
    select
        v.customer_id,
        count(*) filter (where v.started_on < s.until_on)
        + count(distinct v.started_on) filter (where v.started_on >= s.until_on) as visits_got
    from span as s
    inner join curated.fct_contact as v on s.visits_from_on <= v.started_on
    where v.purpose_code = 'visit' and v.is_reached
    group by v.customer_id
),

due as (
    select
        p.customer_id,
        p.portfolio,
        p.spend,
        p.visits_due,
        coalesce(v.visits_got, 0) as visits_got
    from standing as p
    left join visit as v on p.customer_id = v.customer_id
    where p.visits_due - coalesce(v.visits_got, 0) >= 1
),

ordered as (
    select
        d.customer_id,
        d.portfolio,
        d.spend,
        d.visits_due,
        d.visits_got,
        t.month_on as ordered_in_on,
        t.counted_from_on,
        max(o.ordered_on) as last_ordered_on
    from due as d
    cross join span as s
    left join curated.fct_tier_stretch as t
        on d.customer_id = t.customer_id and t.month_on > '-infinity' and s.month_on >= t.month_on and s.month_on < t.next_on
    left join curated.fct_order as o
        on t.customer_id = o.customer_id and t.month_on <= o.ordered_on and s.until_on > o.ordered_on and o.customer_code is not null
    group by d.customer_id, d.portfolio, d.spend, d.visits_due, d.visits_got, t.month_on, t.counted_from_on
),

final as (
    select
        l.slice_on,
        d.branch_id,
        b.region_id,
        d.customer_code,
        d.customer_kind,
        o.portfolio,
        o.last_ordered_on,
        o.spend,
        o.visits_got,
        o.visits_due,
        1 as customers,
        s.until_on - 1 as as_of_on,
        curated.tier_at(s.month_on, o.ordered_in_on, o.counted_from_on, c.cuts) as value_tier,
        row_number() over (
            partition by d.branch_id, o.portfolio
            order by o.visits_due - o.visits_got desc, o.spend desc, d.customer_code asc
        ) as place
    from slice as l
    cross join span as s
    cross join cut as c
    cross join ordered as o
    inner join curated.dim_customer as d on o.customer_id = d.customer_id
    left join curated.dim_branch as b on d.branch_id = b.branch_id
    where d.branch_id is not null
)

select *
from final
