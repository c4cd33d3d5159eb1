-- The value tiers of customers who ever ordered, as stretches of months: one pass over the orders makes any number of months.
-- `cuts` is catalogue/cuts.yaml. Months are told by their first day.

-- A customer's time from one month with an order to the next such month, and until which month the orders so far make them
-- loyal: by the cuts, and if as many orders more or fewer were asked as `moved_by` makes of them. Orders of one day count once:
-- what one company writes as one order of ten lines, another writes as ten.
create function curated.tier_stretch(cuts jsonb)
returns table (
    customer_id bigint, month_on date, next_on date, counted_from_on date, of_more_from_on date, of_fewer_from_on date
)
language sql stable parallel safe rows 100000
begin atomic
    with cut as materialized (
        select
            ($1 -> 'value_tier' ->> 'loyal_orders')::integer as loyal,
            ceil(($1 -> 'value_tier' ->> 'loyal_orders')::numeric * (1 + ($1 ->> 'moved_by')::numeric))::integer as more,
            ceil(($1 -> 'value_tier' ->> 'loyal_orders')::numeric * (1 - ($1 ->> 'moved_by')::numeric))::integer as fewer
    ),

    order_day as (
        select distinct
            o.customer_id,
            o.ordered_on
        from curated.fct_order as o
        where o.customer_code is not null and o.ordered_on is not null
    ),

    ordered as (
        select
            o.customer_id,
            date_trunc('month', o.ordered_on)::date as month_on,
            date_trunc('month', lag(o.ordered_on, c.loyal - 1) over w)::date as counted_from_on,
            date_trunc('month', lag(o.ordered_on, c.more - 1) over w)::date as of_more_from_on,
            date_trunc('month', lag(o.ordered_on, c.fewer - 1) over w)::date as of_fewer_from_on
        from order_day as o
        cross join cut as c
        window w as (partition by o.customer_id order by o.ordered_on)
    )

    select
        o.customer_id,
        o.month_on,
        coalesce(lead(o.month_on) over (partition by o.customer_id order by o.month_on), 'infinity') as next_on,
        max(o.counted_from_on) as counted_from_on,
        max(o.of_more_from_on) as of_more_from_on,
        max(o.of_fewer_from_on) as of_fewer_from_on
    from ordered as o
    group by o.customer_id, o.month_on;
end;

-- The months at whose end a customer was loyal, opportunity, edge or lost: from_on to before until_on. Stretches of one
-- customer follow each other without a gap, so each customer is in one tier at each month's end.
create function curated.tier_spell(cuts jsonb)
returns table (customer_id bigint, tier text, from_on date, until_on date)
language sql stable parallel safe rows 100000
begin atomic
    with cut as materialized (
        select
            make_interval(months => ($1 -> 'value_tier' ->> 'loyal_months')::integer) as loyal_for,
            make_interval(months => ($1 -> 'value_tier' ->> 'recent_months')::integer) as recent_for,
            make_interval(months => ($1 -> 'value_tier' ->> 'edge_months')::integer) as edge_for
    ),

    stretch as (
        select
            s.customer_id,
            s.month_on,
            s.next_on,
            coalesce((s.counted_from_on + c.loyal_for)::date, s.month_on) as loyal_until_on,
            (s.month_on + c.recent_for)::date as recent_until_on,
            (s.month_on + c.edge_for)::date as edge_until_on
        from curated.tier_stretch($1) as s
        cross join cut as c
    )

    select
        s.customer_id,
        t.tier,
        t.from_on,
        t.until_on
    from stretch as s
    cross join
        lateral (
            values
            ('loyal', s.month_on, least(s.next_on, s.recent_until_on, s.loyal_until_on)),
            ('opportunity', greatest(s.month_on, s.loyal_until_on), least(s.next_on, s.recent_until_on)),
            ('edge', s.recent_until_on, least(s.next_on, s.edge_until_on)),
            ('lost', s.edge_until_on, s.next_on)
        ) as t (tier, from_on, until_on)
    where t.from_on < t.until_on;
end;

-- The same stretches with the tier of the month before: that of the stretch before (`new` where there is none) in the first
-- month, the same tier in those that follow.
create function curated.tier_move(cuts jsonb)
returns table (customer_id bigint, from_tier text, tier text, from_on date, until_on date)
language sql stable parallel safe rows 100000
begin atomic
    with spell as (
        select
            s.*,
            coalesce(lag(s.tier) over (partition by s.customer_id order by s.from_on), 'new') as tier_before,
            (s.from_on + interval '1 month')::date as second_on
        from curated.tier_spell($1) as s
    )

    select
        s.customer_id,
        m.from_tier,
        s.tier,
        m.from_on,
        m.until_on
    from spell as s
    cross join
        lateral (
            values
            (s.tier_before, s.from_on, least(s.second_on, s.until_on)),
            (s.tier, s.second_on, s.until_on)
        ) as m (from_tier, from_on, until_on)
    where m.from_on < m.until_on;
end;

-- The months in which a customer would be in another tier if one of the four cuts moved by `moved_by`; stretches of one customer
-- do not overlap. Months and orders are whole: 10 % of six months up is no month more, and 10 % down is one less.
create function curated.tier_near(cuts jsonb)
returns table (customer_id bigint, from_on date, until_on date)
language sql stable parallel safe rows 100000
begin atomic
    with cut as materialized (
        select
            d.name,
            make_interval(months => d.months) as months,
            make_interval(months => floor(d.months * (1 - ($1 ->> 'moved_by')::numeric))::integer) as fewer,
            make_interval(months => floor(d.months * (1 + ($1 ->> 'moved_by')::numeric))::integer) as more
        from (
            values
            ('loyal', ($1 -> 'value_tier' ->> 'loyal_months')::integer),
            ('recent', ($1 -> 'value_tier' ->> 'recent_months')::integer),
            ('edge', ($1 -> 'value_tier' ->> 'edge_months')::integer)
        ) as d (name, months)
    ),

    near as (
        select
            s.customer_id,
            s.month_on,
            s.next_on as until_on,
            (s.month_on + c.fewer)::date as near_from_on,
            (s.month_on + c.more)::date as near_until_on
        from curated.tier_stretch($1) as s
        inner join cut as c on c.name in ('recent', 'edge')
        union all
        select
            s.customer_id,
            s.month_on,
            least(s.next_on, (s.month_on + r.months)::date) as until_on,
            n.from_on as near_from_on,
            n.until_on as near_until_on
        from curated.tier_stretch($1) as s
        inner join cut as r on r.name = 'recent'
        inner join cut as l on l.name = 'loyal'
        cross join
            lateral (
                values
                ((s.counted_from_on + l.fewer)::date, (s.counted_from_on + l.more)::date),
                (coalesce((s.of_more_from_on + l.months)::date, s.month_on), (s.of_fewer_from_on + l.months)::date)
            ) as n (from_on, until_on)
        where n.until_on is not null
    ),

    together as (
        select
            n.customer_id,
            n.month_on,
            range_agg(daterange(greatest(n.near_from_on, n.month_on), least(n.near_until_on, n.until_on))) as months
        from near as n
        where greatest(n.near_from_on, n.month_on) < least(n.near_until_on, n.until_on)
        group by n.customer_id, n.month_on
    )

    select
        t.customer_id,
        lower(m.months) as from_on,
        upper(m.months) as until_on
    from together as t
    cross join unnest(t.months) as m (months);
end;

-- Who moved from tier to tier in each month, by home branch and kind, as curated.moved has it for the other matrices. Orders
-- and visits meet the stretch of months that a customer is in one tier; the stretches are counted before months are told apart.
create function curated.tiers_moved(slices date[], cuts jsonb)
returns table (
    matrix text,
    slice_on date,
    branch_id text,
    customer_kind text,
    from_cell text,
    to_cell text,
    customers bigint,
    revenue numeric,
    visits_got bigint,
    would_move bigint
)
language sql stable parallel safe rows 10000 set enable_nestloop = off
begin atomic
    with slice as (
        select s.slice_on from unnest($1) as s (slice_on)
    ),

    span as (
        select
            min(s.slice_on) as from_on,
            max(s.slice_on) as until_on
        from slice as s
    ),

    spell as (
        select t.*
        from curated.tier_move($2) as t
        inner join span as s on t.until_on > s.from_on and t.from_on <= s.until_on
    ),

    bought as (
        select
            o.customer_id,
            date_trunc('month', o.ordered_on)::date as month_on,
            sum(o.amount) as amount
        from span as s
        inner join curated.fct_order as o
            on s.from_on - interval '11 months' <= o.ordered_on and s.until_on + interval '1 month' > o.ordered_on
        where o.customer_code is not null
        group by o.customer_id, month_on
    ),

    visit_span as (
        select
            s.from_on,
            s.until_on,
            make_interval(months => ($2 ->> 'visit_months')::integer) as visits_for
        from span as s
    ),

    visit as (
        select
            v.customer_id,
            s.visits_for,
            date_trunc('month', v.started_on)::date as month_on,
            count(*) as visits
        from visit_span as s
        inner join curated.fct_contact as v
            on
                s.from_on + interval '1 month' - s.visits_for <= v.started_on
                and s.until_on + interval '1 month' > v.started_on
        where v.purpose_code = 'visit' and v.is_reached
        group by v.customer_id, s.visits_for, month_on
    ),

    piece as (
        select
            s.*,
            1 as customers,
            null as revenue,
            0 as visits_got,
            0 as would_move
        from spell as s
        union all
        select
            s.customer_id,
            s.from_tier,
            s.tier,
            greatest(s.from_on, b.month_on) as from_on,
            least(s.until_on, (b.month_on + interval '12 months')::date) as until_on,
            0 as customers,
            b.amount as revenue,
            0 as visits_got,
            0 as would_move
        from spell as s
        inner join bought as b on s.customer_id = b.customer_id
        union all
        select
            s.customer_id,
            s.from_tier,
            s.tier,
            greatest(s.from_on, v.month_on) as from_on,
            least(s.until_on, (v.month_on + v.visits_for)::date) as until_on,
            0 as customers,
            null as revenue,
            v.visits as visits_got,
            0 as would_move
        from spell as s
        inner join visit as v on s.customer_id = v.customer_id
        union all
        select
            s.customer_id,
            s.from_tier,
            s.tier,
            greatest(s.from_on, n.from_on) as from_on,
            least(s.until_on, n.until_on) as until_on,
            0 as customers,
            null as revenue,
            0 as visits_got,
            1 as would_move
        from spell as s
        inner join curated.tier_near($2) as n on s.customer_id = n.customer_id
    ),

    added as (
        select
            d.branch_id,
            d.customer_kind,
            p.from_tier,
            p.tier,
            p.from_on,
            p.until_on,
            sum(p.customers) as customers,
            sum(p.revenue) as revenue,
            sum(p.visits_got) as visits_got,
            sum(p.would_move) as would_move
        from piece as p
        inner join curated.dim_customer as d on p.customer_id = d.customer_id
        where p.from_on < p.until_on
        group by d.branch_id, d.customer_kind, p.from_tier, p.tier, p.from_on, p.until_on
    )

    select
        'value_tier' as matrix,
        s.slice_on,
        a.branch_id,
        a.customer_kind,
        a.from_tier as from_cell,
        a.tier as to_cell,
        sum(a.customers)::bigint as customers,
        coalesce(sum(a.revenue), 0) as revenue,
        sum(a.visits_got)::bigint as visits_got,
        sum(a.would_move)::bigint as would_move
    from slice as s
    inner join added as a on s.slice_on >= a.from_on and s.slice_on < a.until_on
    group by s.slice_on, a.branch_id, a.customer_kind, a.from_tier, a.tier;
end;
