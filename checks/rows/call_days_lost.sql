-- Days without one call, later than all that readers see, where that weekday usually has at least ten, and which are no holiday.
-- Reads  {batch}: gate.figures_call_day, gate.replaced_call_day, gate.newest_slice, gate.days_lost (curated.dim_working_hours)
-- Why    a week in which a day was lost looks like a slow week. What is usual is that of 70 days, so older slices are not read.
with lately as (
    select slice_on - 100 as from_on
    from gate.newest_slice
    where table_name = 'call_day'
),

by_day as (
    select
        started_on as day_on,
        cast(sum(calls) as numeric) as calls,
        bool_or(not is_new) as is_shown
    from {batch}
    where slice_on >= (select l.from_on from lately as l)
    group by started_on
    union all
    select distinct
        started_on as day_on,
        cast(null as numeric) as calls,
        true as is_shown
    from gate.replaced_call_day
),

seen as (
    select
        array_agg(day_on) as every_day,
        array_agg(calls) as calls,
        array_agg(is_shown) as are_shown
    from by_day
),

final as (
    select
        l.day_on,
        l.usual as usual_calls
    from seen as s
    cross join gate.days_lost(s.every_day, s.calls, s.are_shown) as l
)

select * from final
