-- Standings from the facts themselves again.

-- The cell of each customer at the end of each month in `slices`, and the cell of the month before: `new` where they stood
-- nowhere. Who stood somewhere and stands nowhere now has the cell `gone`.
--
-- To change cell a customer must cross the cut by `band`. Within the band they are where they were at the newest of the last
-- `memory_months` month ends at which they stood outside it; if there is none, the cut alone decides. The memory is
-- bounded so that each month can be made by itself. `is_near`: they would change cell, leaving the band aside, if one cut
-- moved by `moved_by`.
create or replace function curated.standing(matrices text[], slices date[], cuts jsonb)
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

drop table curated.fct_standing;
drop table curated.standing_until;
