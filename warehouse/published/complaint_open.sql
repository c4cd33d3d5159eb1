-- published.complaint_open
-- One row per complaint that is open at the data date: how long it has waited, by when it is due, whether it is paused.
-- Reads  curated.fct_complaint, curated.dim_working_hours, curated.dim_branch
-- Feeds  complaints, complaint_events, working_hours, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    lists, age bands and what is about to be late ask for the cases themselves. Working seconds are null where the
--        calendar of the region does not reach from receipt to the data date: never the calendar's seconds in their place.
with waiting as (
    select
        *,
        greatest(opened_at, cast(:data_until as timestamptz)) as as_of
    from curated.fct_complaint
    where
        cohort_on = date '0001-01-01'
        and cohort_on = any(:slices)
        and opened_at is not null
        and ended_at is null
),

branch as (
    select * from curated.dim_branch
),

complaint as (
    select
        w.*,
        b.region_id,
        cast(extract(epoch from w.as_of - w.opened_at) as double precision) as open_seconds,
        upper_inf(w.paused_while) as is_paused,
        w.first_response_at is not null as is_responded
    from waiting as w
    left join branch as b on w.branch_id = b.branch_id
),

hours as (
    select * from curated.dim_working_hours
),

calendar as (
    select
        region_id,
        min(holds_from) as begins_at,
        max(holds_from) as ends_at
    from hours
    group by region_id
),

on_calendar as (
    select c.*
    from complaint as c
    inner join calendar as k on c.region_id = k.region_id and c.opened_at >= k.begins_at and c.as_of <= k.ends_at
),

moment as (
    select
        o.customer_id,
        o.complaint_id,
        o.region_id,
        edge.sign,
        edge.instant
    from on_calendar as o
    cross join lateral (values (1, o.as_of), (-1, o.opened_at)) as edge (sign, instant)
    union all
    select
        o.customer_id,
        o.complaint_id,
        o.region_id,
        edge.sign,
        edge.instant
    from on_calendar as o
    cross join unnest(o.paused_while * tstzmultirange(tstzrange(o.opened_at, o.as_of))) as pause (while_paused)
    cross join lateral (
        values (1, lower(pause.while_paused)), (-1, upper(pause.while_paused))
    ) as edge (sign, instant)
),

local as (
    select
        *,
        cast(instant at time zone :zone as date) as day_on
    from moment
),

reading as (
    select
        m.customer_id,
        m.complaint_id,
        m.sign * (
            h.seconds_before
            + cast(
                extract(epoch from greatest(least(m.instant, h.open_until), h.open_from) - h.open_from) as double precision
            )
        ) as seconds
    from local as m
    inner join hours as h
        on
            m.region_id = h.region_id
            and m.day_on = h.day_on
            and m.instant >= h.holds_from
            and m.instant < h.holds_until
),

worked as (
    select
        customer_id,
        complaint_id,
        sum(seconds) as working_seconds
    from reading
    group by customer_id, complaint_id
),

final as (
    select
        c.cohort_on as slice_on,
        c.branch_id,
        c.region_id,
        c.complaint_id,
        c.customer_code,
        c.category_code,
        c.severity_code,
        c.channel_code,
        c.cause_code,
        c.handler_staff_id,
        c.opened_at,
        c.opened_on,
        c.due_at,
        c.response_due_at,
        c.as_of,
        c.open_seconds,
        w.working_seconds,
        c.is_paused,
        c.is_responded,
        c.reopened_count
    from complaint as c
    left join worked as w on c.customer_id = w.customer_id and c.complaint_id = w.complaint_id
)

select * from final
