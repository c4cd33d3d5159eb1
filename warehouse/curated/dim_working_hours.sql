-- curated.dim_working_hours
-- One row per region, day and opening, with the open seconds of the region before it; a closed day has one row without length.
-- Reads  staging.now_working_hours
-- Key    region_id
-- Feeds  working_hours
-- Why    the open seconds until an instant t are seconds_before + what of [open_from, open_until) lies before t, in the row
--        where day_on is the local day of t and holds_from <= t < holds_until. Working time is a difference of two such
--        readings, so no complaint ever walks through its days. A day ends where the next begins, so that days of 23 and
--        25 hours come out right. Openings that overlap count once; one that closes before it opens closes the next day;
--        one that closes as it opens takes the opening back. After the last day known one row holds for ever, closed.
with touched as (
    select distinct region_id from staging.stg_working_hours
    where load_id = any(:loads)
),

opening as (
    select
        w.region_id,
        w.worked_on,
        w.worked_on + w.opens_at as opens_at,
        case when w.closes_at < w.opens_at then w.worked_on + 1 else w.worked_on end + w.closes_at as closes_at
    from staging.now_working_hours as w
    inner join touched as t on w.region_id = t.region_id
),

split_at_midnight as (
    select
        region_id,
        worked_on,
        opens_at,
        least(closes_at, cast(worked_on + 1 as timestamp)) as closes_at
    from opening
    union all
    select
        region_id,
        worked_on + 1 as worked_on,
        cast(worked_on + 1 as timestamp) as opens_at,
        closes_at
    from opening
    where closes_at > cast(worked_on + 1 as timestamp)
),

in_zone as (
    select
        region_id,
        worked_on,
        opens_at at time zone :zone as opens_at,
        greatest(opens_at at time zone :zone, closes_at at time zone :zone) as closes_at
    from split_at_midnight
),

open_of_day as (
    select
        region_id,
        worked_on,
        range_agg(tstzrange(opens_at, closes_at)) as open_while
    from in_zone
    group by region_id, worked_on
),

known as (
    select
        region_id,
        min(worked_on) as first_on,
        max(worked_on) as last_on
    from open_of_day
    group by region_id
),

day as (
    select
        k.region_id,
        cast(d.midnight as date) as day_on,
        d.midnight at time zone :zone as begins_at,
        case
            when cast(d.midnight as date) > k.last_on then timestamptz 'infinity'
            else (d.midnight + interval '1 day') at time zone :zone
        end as ends_at
    from known as k
    cross join generate_series(cast(k.first_on as timestamp), k.last_on + 1, interval '1 day') as d (midnight)
),

stretch as (
    select
        d.region_id,
        d.day_on,
        d.begins_at,
        d.ends_at,
        coalesce(lower(s.open_while), d.begins_at) as open_from,
        coalesce(upper(s.open_while), d.begins_at) as open_until
    from day as d
    left join open_of_day as o on d.region_id = o.region_id and d.day_on = o.worked_on
    left join unnest(o.open_while) as s (open_while) on true
),

held as (
    select
        *,
        case when row_number() over of_day = 1 then begins_at else open_from end as holds_from,
        lead(open_from, 1, ends_at) over of_day as holds_until
    from stretch
    window of_day as (partition by region_id, day_on order by open_from)
),

final as (
    select
        region_id,
        day_on,
        holds_from,
        holds_until,
        open_from,
        open_until,
        coalesce(
            sum(cast(extract(epoch from open_until - open_from) as double precision)) over (
                partition by region_id order by open_from, open_until
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as seconds_before
    from held
)

select * from final
