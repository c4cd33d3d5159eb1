-- Days without one order, later than all that readers see, where that weekday usually has at least ten, and which are no holiday.
-- Reads  {batch}: gate.figures_order_day, gate.replaced_order_day, curated.dim_working_hours
-- Why    a week in which a day was lost looks like a slow week. Usual is the median of the eight such weekdays before; a day on
--        which nobody works, though others that week are in the calendar, is a holiday.
with every_row as (
    select * from {batch}
),

shown as (
    select ordered_on as day_on
    from every_row
    where not is_new
    union all
    select ordered_on as day_on
    from gate.replaced_order_day
),

reach as (
    select
        (select max(s.day_on) from shown as s) as shown_until,
        (select max(b.ordered_on) from every_row as b) as reached_on
),

by_day as (
    select
        b.ordered_on as day_on,
        sum(b.orders) as orders
    from every_row as b
    cross join reach as r
    where b.ordered_on > r.shown_until - 70
    group by b.ordered_on
),

lost as (
    select cast(d.day_on as date) as day_on
    from reach as r
    cross join lateral generate_series(r.shown_until + 1, r.reached_on, interval '1 day') as d (day_on)
    where cast(d.day_on as date) not in (select b.day_on from by_day as b)
),

usual as (
    select
        l.day_on,
        percentile_cont(0.5) within group (order by coalesce(b.orders, 0)) as orders
    from lost as l
    cross join reach as r
    cross join lateral generate_series(1, 9) as w (weeks)
    left join by_day as b on b.day_on = l.day_on - cast(7 * w.weeks as integer)
    where l.day_on - cast(7 * w.weeks as integer) <= r.shown_until
    group by l.day_on
),

holiday as (
    select l.day_on
    from lost as l
    where
        exists (
            select from curated.dim_working_hours as h
            where h.day_on between l.day_on - 3 and l.day_on + 3
        )
        and l.day_on not in (select h.day_on from curated.dim_working_hours as h)
),

final as (
    select
        day_on,
        orders as usual_orders
    from usual
    where orders >= 10 and day_on not in (select h.day_on from holiday as h)
)

select * from final
