-- published.segment_customer
-- One row per customer who stands in a matrix: where, at the end of the last month that has ended.
-- Reads  curated.standing, curated.fct_tier_stretch, curated.fct_order, curated.fct_contact, curated.dim_customer, curated.dim_branch
-- Feeds  orders, wallets, surveys, survey_answers, contacts, customers, branches, currency_rates, targets
-- Slice  one for all
-- Reach  anything up to the end of that month, and its ending.
-- Why    each cell of a matrix opens to its customers; only the newest standing is worth acting on. Pages draw fields and list
--        the first of a cell, so both are told: the middle of a customer's field in the grid of the matrix (null where they have
--        no place on both axes), and the place by spend among those of the same branch, kind and cell.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

cut as (
    select cast(:cuts as jsonb) as cuts
),

last_month as (
    select curated.last_month(cast(:data_until as timestamptz), :zone) as month_on
),

-- Read once: PostgreSQL would look into the cuts again for every row.
grid as materialized (
    select
        m.matrix,
        cast(c.cuts -> m.matrix -> 'grid' -> 0 ->> 'width' as double precision) as x_width,
        cast(c.cuts -> m.matrix -> 'grid' -> 0 ->> 'in_ratios' as boolean) as x_in_ratios,
        cast(c.cuts -> m.matrix -> 'grid' -> 1 ->> 'width' as double precision) as y_width,
        cast(c.cuts -> m.matrix -> 'grid' -> 1 ->> 'in_ratios' as boolean) as y_in_ratios
    from cut as c
    cross join unnest(cast('{portfolio,value_tier,distributor,apostle}' as text[])) as m (matrix)
),

placed as (
    select
        p.customer_id,
        p.matrix,
        p.to_cell as cell,
        p.x,
        p.y,
        p.spend,
        p.orders,
        case when p.to_cell <> 'unknown' then curated.field(p.x, g.x_width, g.x_in_ratios) end as field_x,
        case when p.to_cell <> 'unknown' then curated.field(p.y, g.y_width, g.y_in_ratios) end as field_y
    from cut as c
    cross join last_month as m
    cross join curated.standing('{portfolio,distributor,apostle}', array[m.month_on], c.cuts) as p
    inner join grid as g on p.matrix = g.matrix
    where p.to_cell <> 'gone'
    union all
    select
        t.customer_id,
        'value_tier' as matrix,
        curated.tier_at(m.month_on, t.month_on, t.counted_from_on, c.cuts) as cell,
        null as x,
        null as y,
        0 as spend,
        0 as orders,
        null as field_x,
        null as field_y
    from cut as c
    cross join last_month as m
    inner join curated.fct_tier_stretch as t on m.month_on >= t.month_on and m.month_on < t.next_on
    where t.month_on > '-infinity'
),

standing as (
    select
        customer_id,
        max(cell) filter (where matrix = 'portfolio') as portfolio,
        max(cell) filter (where matrix = 'value_tier') as value_tier,
        max(cell) filter (where matrix = 'distributor') as distributor,
        max(cell) filter (where matrix = 'apostle') as apostle,
        max(x) filter (where matrix = 'portfolio') as attractiveness,
        max(y) filter (where matrix = 'portfolio') as support,
        max(x) filter (where matrix = 'apostle') as satisfaction,
        max(y) filter (where matrix = 'distributor') as distributor_loyalty,
        max(y) filter (where matrix = 'apostle') as apostle_loyalty,
        max(field_x) filter (where matrix = 'portfolio') as portfolio_field_x,
        max(field_y) filter (where matrix = 'portfolio') as portfolio_field_y,
        max(field_x) filter (where matrix = 'distributor') as distributor_field_x,
        max(field_y) filter (where matrix = 'distributor') as distributor_field_y,
        max(field_x) filter (where matrix = 'apostle') as apostle_field_x,
        max(field_y) filter (where matrix = 'apostle') as apostle_field_y,
        max(spend) as spend,
        max(orders) as orders
    from placed
    group by customer_id
),

ordered as (
    select
        o.customer_id,
        max(o.ordered_on) as last_ordered_on,
        curated.month_number(m.month_on) - curated.month_number(max(o.ordered_on)) as months_since
    from last_month as m
    inner join curated.fct_order as o on o.ordered_on < m.month_on + interval '1 month'
    where o.customer_code is not null
    group by o.customer_id, m.month_on
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

-- Made before places are given: PostgreSQL would sort the cuts with every row.
located as materialized (
    select
        s.slice_on,
        d.branch_id,
        b.region_id,
        d.customer_code,
        d.customer_kind,
        n.portfolio,
        n.value_tier,
        n.distributor,
        n.apostle,
        o.last_ordered_on,
        n.attractiveness,
        n.support,
        n.satisfaction,
        n.distributor_loyalty,
        n.apostle_loyalty,
        n.spend,
        n.orders,
        n.portfolio_field_x,
        n.portfolio_field_y,
        n.distributor_field_x,
        n.distributor_field_y,
        n.apostle_field_x,
        n.apostle_field_y,
        1 as customers,
        cast(c.cuts -> 'portfolio' -> 'visits' ->> n.portfolio as numeric) as portfolio_visits_due,
        cast(c.cuts -> 'value_tier' -> 'visits' ->> n.value_tier as numeric) as value_tier_visits_due,
        cast(c.cuts -> 'distributor' -> 'visits' ->> n.distributor as numeric) as distributor_visits_due,
        cast(c.cuts -> 'apostle' -> 'visits' ->> n.apostle as numeric) as apostle_visits_due,
        cast(m.month_on + interval '1 month' as date) - 1 as as_of_on,
        coalesce(v.visits_got, 0) as visits_got,
        case when n.value_tier is not null then curated.field(o.months_since, g.x_width, g.x_in_ratios) end as value_tier_field_x,
        case when n.value_tier is not null then curated.field(n.orders, g.y_width, g.y_in_ratios) end as value_tier_field_y
    from slice as s
    cross join last_month as m
    cross join cut as c
    cross join standing as n
    inner join grid as g on g.matrix = 'value_tier'
    inner join curated.dim_customer as d on n.customer_id = d.customer_id
    left join curated.dim_branch as b on d.branch_id = b.branch_id
    left join ordered as o on n.customer_id = o.customer_id
    left join visit as v on n.customer_id = v.customer_id
),

final as (
    select
        l.*,
        case when l.portfolio is not null then row_number() over in_portfolio end as portfolio_place,
        case when l.value_tier is not null then row_number() over in_value_tier end as value_tier_place,
        case when l.distributor is not null then row_number() over in_distributor end as distributor_place,
        case when l.apostle is not null then row_number() over in_apostle end as apostle_place
    from located as l
    window
        in_portfolio as (partition by l.branch_id, l.customer_kind, l.portfolio order by l.spend desc, l.customer_code asc),
        in_value_tier as (partition by l.branch_id, l.customer_kind, l.value_tier order by l.spend desc, l.customer_code asc),
        in_distributor as (partition by l.branch_id, l.customer_kind, l.distributor order by l.spend desc, l.customer_code asc),
        in_apostle as (partition by l.branch_id, l.customer_kind, l.apostle order by l.spend desc, l.customer_code asc)
)

select *
from final
