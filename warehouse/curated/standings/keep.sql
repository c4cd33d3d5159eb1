-- The standings of `months` that follow what is kept of `matrices`, put beside it (curated.fct_standing).
-- Reads  curated.against_cuts (fct_order, fct_wallet, fct_survey, fct_survey_answer, dim_customer), curated.fct_standing
-- Why    To change cell a customer must cross the cut by `band`. Within the band they are where they were at the newest of the
--        last `memory_months` month ends at which they stood outside it; if there is none, the cut alone decides. The memory
--        is bounded so that each month can be made by itself. `is_near`: they would change cell, leaving the band aside, if one
--        cut moved by `moved_by`.
insert into curated.fct_standing (
    matrix, slice_on, customer_id, measured_by, from_cell, cell, is_near, x, y, spend, orders,
    x_cut, y_cut, x_corner, y_corner, x_side, y_side, x_corner_side, y_corner_side
)
-- Read once: PostgreSQL would look into the cuts again for every row.
with setting as materialized (
    select
        cast(cast(:cuts as jsonb) ->> 'memory_months' as integer) as memory_months,
        cast(cast(:cuts as jsonb) ->> 'band' as double precision) as band,
        cast(cast(:cuts as jsonb) ->> 'moved_by' as double precision) as moved_by
),

placed as (
    select
        c.matrix,
        c.slice_on,
        c.customer_id,
        c.measured_by,
        null as cell,
        c.x,
        c.y,
        c.spend,
        c.orders,
        c.x_cut,
        c.y_cut,
        c.x_corner,
        c.y_corner,
        curated.side(c.x, c.x_cut, s.band) as x_side,
        curated.side(c.y, c.y_cut, s.band) as y_side,
        curated.side(c.x, c.x_corner, s.band) as x_corner_side,
        curated.side(c.y, c.y_corner, s.band) as y_corner_side
    from curated.against_cuts(cast(:matrices as text[]), cast(:months as date[]), cast(:cuts as jsonb)) as c
    cross join setting as s
    union all
    select
        k.matrix,
        k.slice_on,
        k.customer_id,
        k.measured_by,
        k.cell,
        k.x,
        k.y,
        k.spend,
        k.orders,
        k.x_cut,
        k.y_cut,
        k.x_corner,
        k.y_corner,
        k.x_side,
        k.y_side,
        k.x_corner_side,
        k.y_corner_side
    from setting as s
    inner join curated.fct_standing as k
        on k.slice_on = any(curated.with_months_before(cast(:months as date[]), s.memory_months))
    where k.matrix = any(cast(:matrices as text[])) and k.cell <> 'gone'
),

-- The newest month outside the band and the side, as one number: twice the month, and one more if above.
numbered as (
    select
        p.*,
        s.moved_by,
        curated.month_number(p.slice_on) as month,
        2 * (curated.month_number(p.slice_on) - s.memory_months) as oldest
    from placed as p
    cross join setting as s
),

remembering as (
    select
        n.*,
        max(2 * n.month + n.x_side) over w as x_last,
        max(2 * n.month + n.y_side) over w as y_last,
        max(2 * n.month + n.x_corner_side) over w as x_corner_last,
        max(2 * n.month + n.y_corner_side) over w as y_corner_last
    from numbered as n
    window w as (
        partition by n.matrix, n.customer_id order by n.slice_on
        rows between unbounded preceding and 1 preceding
    )
),

sided as (
    select
        r.*,
        coalesce(r.x_side, case when r.x_last >= r.oldest then r.x_last % 2 end, cast(r.x >= r.x_cut as integer)) as x_at,
        coalesce(r.y_side, case when r.y_last >= r.oldest then r.y_last % 2 end, cast(r.y >= r.y_cut as integer)) as y_at,
        coalesce(
            r.x_corner_side,
            case when r.x_corner_last >= r.oldest then r.x_corner_last % 2 end,
            cast(r.x >= r.x_corner as integer)
        ) as x_corner_at,
        coalesce(
            r.y_corner_side,
            case when r.y_corner_last >= r.oldest then r.y_corner_last % 2 end,
            cast(r.y >= r.y_corner as integer)
        ) as y_corner_at
    from remembering as r
),

celled as (
    select
        s.matrix,
        s.slice_on,
        s.customer_id,
        s.measured_by,
        s.x,
        s.y,
        s.spend,
        s.orders,
        s.x_cut,
        s.y_cut,
        s.x_corner,
        s.y_corner,
        s.x_side,
        s.y_side,
        s.x_corner_side,
        s.y_corner_side,
        s.month,
        s.moved_by,
        case
            when s.cell is not null then s.cell
            when s.x is null or s.y is null then 'unknown'
            when s.x_at + s.y_at + s.x_corner_at + s.y_corner_at = 4 then 'apostle'
            when s.matrix = 'portfolio' then (cast('{dog,cash_cow,question,star}' as text[]))[1 + 2 * s.x_at + s.y_at]
            when s.matrix = 'distributor' then (cast('{risk,support,relation,profit}' as text[]))[1 + 2 * s.x_at + s.y_at]
            else (cast('{defector,hostage,mercenary,loyalist}' as text[]))[1 + 2 * s.x_at + s.y_at]
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
),

final as (
    select
        m.matrix,
        m.slice_on,
        m.customer_id,
        m.measured_by,
        m.from_cell,
        m.cell,
        m.x is not null and m.y is not null and (
            curated.is_near(m.x, m.x_cut, m.moved_by)
            or curated.is_near(m.y, m.y_cut, m.moved_by)
            or (curated.is_near(m.x, m.x_corner, m.moved_by) and m.y >= m.y_corner)
            or (curated.is_near(m.y, m.y_corner, m.moved_by) and m.x >= m.x_corner)
        ) as is_near,
        m.x,
        m.y,
        m.spend,
        m.orders,
        m.x_cut,
        m.y_cut,
        m.x_corner,
        m.y_corner,
        m.x_side,
        m.y_side,
        m.x_corner_side,
        m.y_corner_side
    from moving as m
    where m.slice_on = any(cast(:months as date[]))
    union all
    select
        m.matrix,
        cast(m.slice_on + interval '1 month' as date) as slice_on,
        m.customer_id,
        null as measured_by,
        m.cell as from_cell,
        'gone' as cell,
        false as is_near,
        null as x,
        null as y,
        0 as spend,
        0 as orders,
        null as x_cut,
        null as y_cut,
        null as x_corner,
        null as y_corner,
        null as x_side,
        null as y_side,
        null as x_corner_side,
        null as y_corner_side
    from moving as m
    where not m.is_there_next and cast(m.slice_on + interval '1 month' as date) = any(cast(:months as date[]))
)

select * from final
