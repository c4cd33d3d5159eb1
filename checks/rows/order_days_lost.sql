-- Days without one order, later than all that readers see, where that weekday usually has at least ten, and which are no holiday.
-- Reads  {batch}: gate.figures_order_day, gate.replaced_order_day, gate.days_lost (curated.dim_working_hours)
-- Why    a week in which a day was lost looks like a slow week.
with by_day as (
    select
        ordered_on as day_on,
        cast(sum(orders) as numeric) as orders,
        bool_or(not is_new) as is_shown
    from {batch}
    group by ordered_on
    union all
    select distinct
        ordered_on as day_on,
        cast(null as numeric) as orders,
        true as is_shown
    from gate.replaced_order_day
),

seen as (
    select
        array_agg(day_on) as every_day,
        array_agg(orders) as orders,
        array_agg(is_shown) as are_shown
    from by_day
),

final as (
    select
        l.day_on,
        l.usual as usual_orders
    from seen as s
    cross join gate.days_lost(s.every_day, s.orders, s.are_shown) as l
)

select * from final
