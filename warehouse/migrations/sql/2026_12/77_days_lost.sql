-- Days on which nothing is `counted`, later than all that readers see, where that weekday usually has at least ten, and which are no
-- holiday; with what is usual. `days` are those with rows: what is counted of them, null where readers alone see it, and whether
-- readers see them. Usual is the median of the eight such weekdays before; a day on which nobody works, though others that week
-- are in the calendar, is a holiday.
create function gate.days_lost(days date[], counted numeric[], are_shown boolean[])
returns table (day_on date, usual double precision)
language sql stable parallel safe rows 10
begin atomic
    with seen as (
        select s.*
        from unnest($1, $2, $3) as s (day_on, counted, is_shown)
    ),

    reach as (
        select
            max(s.day_on) filter (where s.is_shown) as shown_until,
            max(s.day_on) filter (where s.counted is not null) as reached_on
        from seen as s
    ),

    by_day as (
        select
            s.day_on,
            sum(s.counted) as counted
        from seen as s
        cross join reach as r
        where s.day_on > r.shown_until - 70 and s.counted is not null
        group by s.day_on
    ),

    lost as (
        select d.day_on::date as day_on
        from reach as r
        cross join lateral generate_series(r.shown_until + 1, r.reached_on, interval '1 day') as d (day_on)
        where d.day_on::date not in (select b.day_on from by_day as b)
    ),

    usual as (
        select
            l.day_on,
            percentile_cont(0.5) within group (order by coalesce(b.counted, 0)::double precision) as counted
        from lost as l
        cross join reach as r
        cross join lateral generate_series(1, 9) as w (weeks)
        left join by_day as b on b.day_on = l.day_on - (7 * w.weeks)::integer
        where l.day_on - (7 * w.weeks)::integer <= r.shown_until
        group by l.day_on
    )

    select
        u.day_on,
        u.counted as usual
    from usual as u
    where
        u.counted >= 10
        and (
            u.day_on in (select h.day_on from curated.dim_working_hours as h)
            or not exists (
                select from curated.dim_working_hours as h
                where h.day_on between u.day_on - 3 and u.day_on + 3
            )
        );
end;
