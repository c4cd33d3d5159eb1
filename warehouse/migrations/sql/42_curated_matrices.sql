-- The segment matrices: where every customer stands at a month's end, and where they came from.
--
-- curated.measured      the two axes of every customer           portfolio, distributor, apostle
-- curated.against_cuts  the same, beside the cuts of the company
-- curated.standing      the cell, with hysteresis, and the cell of the month before
-- curated.moved         the same, counted
--
-- Value tiers are counts and dates and have no band: 43_curated_tiers.sql.
-- `cuts` is catalogue/cuts.yaml. Months are told by their first day.

-- The last month that is over at `data_until`.
create function curated.last_month(data_until timestamptz, zone text) returns date
language sql stable parallel safe
return (date_trunc('month', (data_until at time zone zone)::date + 1) - interval '1 month')::date;

-- Those of `slices` that are over at `data_until`.
create function curated.ended_months(slices date[], data_until timestamptz, zone text) returns date[]
language sql stable parallel safe
begin atomic
    select coalesce(array_agg(s.slice_on), '{}')
    from unnest($1) as s (slice_on)
    where s.slice_on <= curated.last_month($2, $3);
end;

-- `months`, and as many before each of them.
create function curated.with_months_before(months date[], before integer) returns date[]
language sql stable parallel safe
begin atomic
    with month as (
        select distinct (m.month_on - make_interval(months => n.back))::date as month_on
        from unnest($1) as m (month_on)
        cross join generate_series(0, $2) as n (back)
    )

    select coalesce(array_agg(m.month_on), '{}') from month as m;
end;

create function curated.month_number(month_on date) returns integer
language sql immutable strict parallel safe
return 12 * extract(year from month_on)::integer + extract(month from month_on)::integer;

-- The axes of each customer, over the 12 months that end with each of `slices`. Orders of one day count once. `measured_by`
-- says how: a company that delivers no wallets in them, or no orders at all, is measured by what stands in for these.
--
-- portfolio    wallets: what the customer buys in the category × our share of it
--              spend: spend × days with an order, each over the median of the customers of the same kind who ordered
-- distributor  orders: sales × months with an order, of the distributors who ordered
-- apostle      orders: mean `overall` answer (0 to 100) of the surveys sent × days with an order
--              intention: the same × mean `repurchase` answer (0 to 100)
--
-- A wallet or a survey of somebody who is in no file of customers and has not ordered belongs to no branch, and stands nowhere.
-- Postgres cannot guess how many rows a span of months will match, and would loop where it should hash.
create function curated.measured(matrices text[], slices date[])
returns table (
    matrix text,
    slice_on date,
    customer_id bigint,
    measured_by text,
    x double precision,
    y double precision,
    spend numeric,
    orders bigint
)
language sql stable parallel safe rows 100000 set enable_nestloop = off
begin atomic
    with slice as (
        select distinct
            asked.slice_on,
            (asked.slice_on - interval '11 months')::date as from_on,
            (asked.slice_on + interval '1 month')::date as until_on
        from unnest($2) as asked (slice_on)
    ),

    span as (
        select
            min(s.from_on) as from_on,
            max(s.until_on) as until_on
        from slice as s
    ),

    history as (
        select date_trunc('month', min(o.ordered_on))::date as from_on from curated.fct_order as o
    ),

    bought_in_day as (
        select
            o.customer_id,
            o.ordered_on,
            sum(o.amount) as spend
        from span as s
        inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
        where o.customer_code is not null
        group by o.customer_id, o.ordered_on
    ),

    bought_in_month as (
        select
            d.customer_id,
            date_trunc('month', d.ordered_on)::date as month_on,
            sum(d.spend) as spend,
            count(d.spend)::integer as spends_known,
            count(*)::integer as orders
        from bought_in_day as d
        group by d.customer_id, month_on
    ),

    wallet_in_month as (
        select
            w.customer_id,
            date_trunc('month', w.period_on)::date as month_on,
            sum(w.amount) as amount,
            count(w.amount)::integer as amounts_known,
            count(*)::integer as wallets
        from span as s
        inner join curated.fct_wallet as w on s.from_on <= w.period_on and s.until_on > w.period_on
        group by w.customer_id, month_on
    ),

    -- What a month brings comes with it and goes 12 months later.
    change as (
        select
            b.customer_id,
            (b.month_on + t.after)::date as month_on,
            t.sign * b.spend as spend,
            t.sign * b.spends_known as spends_known,
            t.sign * b.orders as orders,
            t.sign as months,
            0 as amount,
            0 as amounts_known,
            0 as wallets
        from bought_in_month as b
        cross join (values (1, interval '0 months'), (-1, interval '12 months')) as t (sign, after)
        union all
        select
            w.customer_id,
            (w.month_on + t.after)::date as month_on,
            0 as spend,
            0 as spends_known,
            0 as orders,
            0 as months,
            t.sign * w.amount as amount,
            t.sign * w.amounts_known as amounts_known,
            t.sign * w.wallets as wallets
        from wallet_in_month as w
        cross join (values (1, interval '0 months'), (-1, interval '12 months')) as t (sign, after)
    ),

    spell as (
        select
            c.customer_id,
            c.month_on as from_on,
            lead(c.month_on) over w as until_on,
            sum(c.spend) over w as spend,
            sum(c.spends_known) over w as spends_known,
            sum(c.orders) over w as orders,
            sum(c.months) over w as months,
            sum(c.amount) over w as amount,
            sum(c.amounts_known) over w as amounts_known,
            sum(c.wallets) over w as wallets
        from change as c
        window w as (partition by c.customer_id order by c.month_on)
    ),

    buyer as (
        select
            s.slice_on,
            p.customer_id,
            p.months,
            p.wallets,
            case when p.spends_known > 0 then p.spend end as spend,
            nullif(p.orders, 0) as orders,
            case when p.amounts_known > 0 then p.amount end as wallet
        from slice as s
        inner join spell as p on s.slice_on >= p.from_on and s.slice_on < p.until_on
        inner join history as h on s.slice_on >= h.from_on
        where p.orders > 0 or p.wallets > 0
    ),

    wallets_told as (
        select
            b.slice_on,
            case when max(b.wallets) > 0 then 'wallets' else 'spend' end as measured_by
        from buyer as b
        group by b.slice_on
    ),

    buyer_of_kind as (
        select
            b.*,
            d.customer_kind
        from buyer as b
        inner join curated.dim_customer as d on b.customer_id = d.customer_id and (d.is_on_file or b.orders > 0)
    ),

    peer as (
        select
            b.slice_on,
            b.customer_kind,
            percentile_cont(0.5) within group (order by b.spend::double precision) as spend,
            percentile_cont(0.5) within group (order by b.orders::double precision) as orders
        from buyer_of_kind as b
        inner join wallets_told as t on b.slice_on = t.slice_on and t.measured_by = 'spend'
        where b.orders > 0
        group by b.slice_on, b.customer_kind
    ),

    portfolio as (
        select
            b.slice_on,
            b.customer_id,
            t.measured_by,
            b.spend,
            b.orders,
            case t.measured_by
                when 'wallets' then b.wallet::double precision
                else b.spend::double precision / nullif(p.spend, 0)
            end as x,
            case t.measured_by
                when 'wallets' then (coalesce(b.spend, 0) / nullif(b.wallet, 0))::double precision
                else b.orders::double precision / nullif(p.orders, 0)
            end as y
        from buyer_of_kind as b
        inner join wallets_told as t on b.slice_on = t.slice_on
        left join peer as p on b.slice_on = p.slice_on and b.customer_kind is not distinct from p.customer_kind
        where 'portfolio' = any($1)
    ),

    distributor as (
        select
            s.slice_on,
            s.customer_id,
            s.spend,
            s.orders,
            s.months
        from buyer as s
        inner join curated.dim_customer as d on s.customer_id = d.customer_id
        where d.customer_kind = 'distributor' and s.orders > 0 and 'distributor' = any($1)
    ),

    answer as (
        select
            v.customer_id,
            a.question_code,
            date_trunc('month', v.sent_on)::date as month_on,
            (a.score - a.scale_min) * 100 / (a.scale_max - a.scale_min) as points
        from span as s
        inner join curated.fct_survey as v on s.from_on <= v.sent_on and s.until_on > v.sent_on
        inner join curated.fct_survey_answer as a on v.customer_id = a.customer_id and v.invite_id = a.invite_id
        where
            'apostle' = any($1)
            and v.customer_code is not null
            and a.question_code in ('overall', 'repurchase')
            and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
    ),

    answered_in_month as (
        select
            a.customer_id,
            a.month_on,
            sum(a.points) filter (where a.question_code = 'overall') as satisfaction,
            count(*) filter (where a.question_code = 'overall') as satisfactions,
            sum(a.points) filter (where a.question_code = 'repurchase') as intention,
            count(*) filter (where a.question_code = 'repurchase') as intentions
        from answer as a
        group by a.customer_id, a.month_on
    ),

    opinion as (
        select
            s.slice_on,
            a.customer_id,
            sum(a.satisfaction) / nullif(sum(a.satisfactions), 0) as satisfaction,
            sum(a.intention) / nullif(sum(a.intentions), 0) as intention
        from slice as s
        inner join answered_in_month as a on s.from_on <= a.month_on and s.until_on > a.month_on
        group by s.slice_on, a.customer_id
    ),

    orders_told as (
        select case when exists (select from curated.fct_order) then 'orders' else 'intention' end as measured_by
    ),

    apostle as (
        select
            p.slice_on,
            p.customer_id,
            t.measured_by,
            s.spend,
            s.orders,
            p.satisfaction::double precision as x,
            case t.measured_by
                when 'orders' then coalesce(s.orders, 0)::double precision
                else p.intention::double precision
            end as y
        from opinion as p
        cross join orders_told as t
        inner join curated.dim_customer as d on p.customer_id = d.customer_id
        left join buyer as s on p.slice_on = s.slice_on and p.customer_id = s.customer_id
        where
            p.satisfaction is not null
            and (
                d.is_on_file
                or exists (
                    select from curated.fct_order as o
                    where o.customer_id = p.customer_id and p.slice_on + interval '1 month' > o.ordered_on
                )
            )
    )

    select
        'portfolio' as matrix,
        p.slice_on,
        p.customer_id,
        p.measured_by,
        p.x,
        p.y,
        coalesce(p.spend, 0) as spend,
        coalesce(p.orders, 0) as orders
    from portfolio as p
    union all
    select
        'distributor' as matrix,
        d.slice_on,
        d.customer_id,
        'orders' as measured_by,
        d.spend::double precision as x,
        d.months::double precision as y,
        coalesce(d.spend, 0) as spend,
        d.orders
    from distributor as d
    union all
    select
        'apostle' as matrix,
        a.slice_on,
        a.customer_id,
        a.measured_by,
        a.x,
        a.y,
        coalesce(a.spend, 0) as spend,
        coalesce(a.orders, 0) as orders
    from apostle as a;
end;

-- Customers as measured, beside the cuts of the whole company in that month: a fixed value, a quantile of everybody
-- measured, or the company's newest target, until there is one the fixed value. `corner` is the higher cut of the apostles.
create function curated.against_cuts(matrices text[], slices date[], cuts jsonb)
returns table (
    matrix text,
    slice_on date,
    customer_id bigint,
    measured_by text,
    x double precision,
    y double precision,
    spend numeric,
    orders bigint,
    x_cut double precision,
    y_cut double precision,
    x_corner double precision,
    y_corner double precision
)
language sql stable parallel safe rows 100000
begin atomic
    with measured as materialized (
        select m.* from curated.measured($1, $2) as m
    ),

    axis as (
        select
            m.matrix,
            w.measured_by,
            a.axis,
            a.position,
            w.axes -> a.axis ->> 'cut' as kind,
            (w.axes -> a.axis ->> 'at')::double precision as at,
            (w.axes -> a.axis ->> 'corner')::double precision as corner
        from unnest($1) as m (matrix)
        cross join jsonb_each($3 -> m.matrix -> 'measured_by') as w (measured_by, axes)
        cross join jsonb_array_elements_text($3 -> m.matrix -> 'axes') with ordinality as a (axis, position)
    ),

    month as (
        select distinct
            m.matrix,
            m.slice_on,
            m.measured_by
        from measured as m
    ),

    quantile as (
        select
            m.matrix,
            m.slice_on,
            a.axis,
            percentile_cont(a.at) within group (order by case a.position when 1 then m.x else m.y end) as at,
            percentile_cont(a.corner) within group (order by case a.position when 1 then m.x else m.y end) as corner
        from measured as m
        inner join axis as a on m.matrix = a.matrix and m.measured_by = a.measured_by and a.kind = 'quantile'
        group by m.matrix, m.slice_on, a.axis, a.at, a.corner
    ),

    target as (
        select distinct on (m.matrix, m.slice_on, a.axis)
            m.matrix,
            m.slice_on,
            a.axis,
            t.target_value::double precision as at
        from month as m
        inner join axis as a on m.matrix = a.matrix and m.measured_by = a.measured_by and a.kind = 'target'
        inner join staging.now_targets as t
            on
                t.metric_code = 'matrix.' || m.matrix || '.' || a.axis
                and t.scope_kind = 'company'
                and m.slice_on + interval '1 month' > t.period_on
        order by m.matrix asc, m.slice_on asc, a.axis asc, t.period_on desc, t.scope_id asc nulls first
    ),

    cut as (
        select
            m.matrix,
            m.slice_on,
            a.position,
            case when a.kind = 'quantile' then q.at else coalesce(t.at, a.at) end as at,
            case when a.kind = 'quantile' then q.corner else a.corner end as corner
        from month as m
        inner join axis as a on m.matrix = a.matrix and m.measured_by = a.measured_by
        left join quantile as q on m.matrix = q.matrix and m.slice_on = q.slice_on and a.axis = q.axis
        left join target as t on m.matrix = t.matrix and m.slice_on = t.slice_on and a.axis = t.axis
    )

    select
        m.matrix,
        m.slice_on,
        m.customer_id,
        m.measured_by,
        m.x,
        m.y,
        m.spend,
        m.orders,
        c.at as x_cut,
        d.at as y_cut,
        c.corner as x_corner,
        d.corner as y_corner
    from measured as m
    inner join cut as c on m.matrix = c.matrix and m.slice_on = c.slice_on and c.position = 1
    inner join cut as d on m.matrix = d.matrix and m.slice_on = d.slice_on and d.position = 2;
end;

-- Beyond the band round a cut: 1 above, 0 below, null within.
create function curated.side(measured double precision, cut double precision, band double precision) returns integer
language sql immutable parallel safe
return case when measured >= cut * (1 + band) then 1 when measured < cut * (1 - band) then 0 end;

-- Whether what was measured would lie on the other side if its cut moved by `moved_by`.
create function curated.is_near(measured double precision, cut double precision, moved_by double precision) returns boolean
language sql immutable parallel safe
return coalesce((measured >= cut * (1 - moved_by)) <> (measured >= cut * (1 + moved_by)), false);

-- The cell of each customer at the end of each month in `slices`, and the cell of the month before: `new` where they stood
-- nowhere. Who stood somewhere and stands nowhere now has the cell `gone`.
--
-- To change cell a customer must cross the cut by `band`. Within the band they are where they were at the newest of the last
-- `memory_months` month ends at which they stood outside it; if there is none, the cut alone decides. The memory is
-- bounded so that each month can be made by itself. `is_near`: they would change cell, leaving the band aside, if one cut
-- moved by `moved_by`.
create function curated.standing(matrices text[], slices date[], cuts jsonb)
returns table (
    matrix text,
    slice_on date,
    customer_id bigint,
    from_cell text,
    to_cell text,
    is_near boolean,
    x double precision,
    y double precision,
    spend numeric,
    orders bigint
)
language sql stable parallel safe rows 100000
begin atomic
    -- Read once: PostgreSQL would look into the cuts again for every row.
    with setting as materialized (
        select
            ($3 ->> 'memory_months')::integer as memory_months,
            ($3 ->> 'band')::double precision as band,
            ($3 ->> 'moved_by')::double precision as moved_by
    ),

    placed as (
        select
            c.*,
            s.memory_months,
            s.moved_by,
            curated.month_number(c.slice_on) as month,
            curated.side(c.x, c.x_cut, s.band) as x_side,
            curated.side(c.y, c.y_cut, s.band) as y_side,
            curated.side(c.x, c.x_corner, s.band) as x_corner_side,
            curated.side(c.y, c.y_corner, s.band) as y_corner_side
        from
            curated.against_cuts(
                $1, curated.with_months_before($2, ($3 ->> 'memory_months')::integer + 1), $3
            ) as c
        cross join setting as s
    ),

    -- The newest month outside the band and the side, as one number: twice the month, and one more if above.
    remembering as (
        select
            p.*,
            max(2 * p.month + p.x_side) over w as x_last,
            max(2 * p.month + p.y_side) over w as y_last,
            max(2 * p.month + p.x_corner_side) over w as x_corner_last,
            max(2 * p.month + p.y_corner_side) over w as y_corner_last,
            2 * (p.month - p.memory_months) as oldest
        from placed as p
        window w as (
            partition by p.matrix, p.customer_id order by p.slice_on
            rows between unbounded preceding and 1 preceding
        )
    ),

    sided as (
        select
            r.*,
            coalesce(r.x_side, case when r.x_last >= r.oldest then r.x_last % 2 end, (r.x >= r.x_cut)::integer) as x_at,
            coalesce(r.y_side, case when r.y_last >= r.oldest then r.y_last % 2 end, (r.y >= r.y_cut)::integer) as y_at,
            coalesce(
                r.x_corner_side,
                case when r.x_corner_last >= r.oldest then r.x_corner_last % 2 end,
                (r.x >= r.x_corner)::integer
            ) as x_corner_at,
            coalesce(
                r.y_corner_side,
                case when r.y_corner_last >= r.oldest then r.y_corner_last % 2 end,
                (r.y >= r.y_corner)::integer
            ) as y_corner_at
        from remembering as r
    ),

    celled as (
        select
            s.*,
            case
                when s.x is null or s.y is null then 'unknown'
                when s.x_at + s.y_at + s.x_corner_at + s.y_corner_at = 4 then 'apostle'
                when s.matrix = 'portfolio' then ('{dog,cash_cow,question,star}'::text[])[1 + 2 * s.x_at + s.y_at]
                when s.matrix = 'distributor' then ('{risk,support,relation,profit}'::text[])[1 + 2 * s.x_at + s.y_at]
                else ('{defector,hostage,mercenary,loyalist}'::text[])[1 + 2 * s.x_at + s.y_at]
            end as cell
        from sided as s
    ),

    moving as (
        select
            c.*,
            case when lag(c.month) over w = c.month - 1 then lag(c.cell) over w else 'new' end as from_cell,
            coalesce(lead(c.month) over w = c.month + 1, false) as is_there_next
        from celled as c
        window w as (partition by c.matrix, c.customer_id order by c.slice_on)
    )

    select
        m.matrix,
        m.slice_on,
        m.customer_id,
        m.from_cell,
        m.cell as to_cell,
        m.x is not null and m.y is not null and (
            curated.is_near(m.x, m.x_cut, m.moved_by)
            or curated.is_near(m.y, m.y_cut, m.moved_by)
            or (curated.is_near(m.x, m.x_corner, m.moved_by) and m.y >= m.y_corner)
            or (curated.is_near(m.y, m.y_corner, m.moved_by) and m.x >= m.x_corner)
        ) as is_near,
        m.x,
        m.y,
        m.spend,
        m.orders
    from moving as m
    where m.slice_on = any($2)
    union all
    select
        m.matrix,
        (m.slice_on + interval '1 month')::date as slice_on,
        m.customer_id,
        m.cell as from_cell,
        'gone' as to_cell,
        false as is_near,
        null as x,
        null as y,
        0 as spend,
        0 as orders
    from moving as m
    where not m.is_there_next and (m.slice_on + interval '1 month')::date = any($2);
end;

-- Who moved from where to where in each month, by home branch and kind; what those who stand somewhere now bought in
-- 12 months, the visits that reached them, and how many stand near a cut.
create function curated.moved(matrices text[], slices date[], cuts jsonb)
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
    with visit as (
        select
            s.slice_on,
            v.customer_id,
            count(*) as visits
        from unnest($2) as s (slice_on)
        inner join curated.fct_contact as v
            on
                v.started_on >= s.slice_on - make_interval(months => ($3 ->> 'visit_months')::integer - 1)
                and v.started_on < s.slice_on + interval '1 month'
        where v.purpose_code = 'visit' and v.is_reached
        group by s.slice_on, v.customer_id
    )

    select
        p.matrix,
        p.slice_on,
        d.branch_id,
        d.customer_kind,
        p.from_cell,
        p.to_cell,
        count(*) as customers,
        sum(p.spend) as revenue,
        coalesce(sum(v.visits) filter (where p.to_cell <> 'gone'), 0)::bigint as visits_got,
        count(*) filter (where p.is_near) as would_move
    from curated.standing($1, $2, $3) as p
    inner join curated.dim_customer as d on p.customer_id = d.customer_id
    left join visit as v on p.slice_on = v.slice_on and p.customer_id = v.customer_id
    group by p.matrix, p.slice_on, d.branch_id, d.customer_kind, p.from_cell, p.to_cell;
end;
