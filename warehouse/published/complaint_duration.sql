-- published.complaint_duration
-- One row per day of opening, branch, region, codes, clock, measure, log bucket of the time taken, and outcome.
-- Reads  curated.fct_complaint, curated.dim_working_hours, curated.dim_branch
-- Feeds  complaints, complaint_events, working_hours, branches
-- Slice  month of opening once a complaint is over; 0001-01-01 for all that still run
-- Reach  none: what still runs is censored at the data date in one slice, written anew whenever the data date moves
-- Why    outcome `event` is the answer or the resolution, `withdrawn` and `transferred` compete with it, `censored` was still
--        waiting when last seen. `target_bucket` is the time taken over the time promised: up to 0 is in time, 1 is late.
--        The working clock counts open seconds of the region without pauses; a complaint opened before the calendar begins
--        is not on it, and one that outruns the calendar is censored where the calendar ends. The time promised on the
--        working clock is the open time between receipt and deadline. An end before receipt is no duration.
with dated as (
    select * from curated.fct_complaint
    where cohort_on = any(:slices) and opened_at is not null
),

branch as (
    select * from curated.dim_branch
),

complaint as (
    select
        d.*,
        b.region_id
    from dated as d
    left join branch as b on d.branch_id = b.branch_id
),

hours as (
    select * from curated.dim_working_hours
),

calendar as (
    select
        region_id,
        min(holds_from) as begins_at,
        max(holds_from) as ends_at,
        max(day_on) as last_on
    from hours
    group by region_id
),

wait as (
    select
        *,
        'resolution' as measure,
        coalesce(ended_at, cast(:data_until as timestamptz)) as until_at,
        due_at as promised_at,
        case
            when ended_at is null then 'censored'
            when outcome_code in ('withdrawn', 'transferred') then outcome_code
            else 'event'
        end as outcome
    from complaint
    union all
    select
        *,
        'first_response' as measure,
        coalesce(first_response_at, ended_at, cast(:data_until as timestamptz)) as until_at,
        response_due_at as promised_at,
        case
            when first_response_at is not null then 'event'
            when ended_at is null then 'censored'
            else outcome_code
        end as outcome
    from complaint
    where first_response_at is not null or ended_at is null or outcome_code in ('withdrawn', 'transferred')
),

valid as (
    select *
    from wait
    where until_at >= opened_at
),

on_calendar as (
    select
        v.*,
        k.ends_at,
        k.last_on
    from valid as v
    inner join calendar as k on v.region_id = k.region_id and v.opened_at >= k.begins_at
),

moment as (
    select
        customer_id,
        complaint_id,
        measure,
        region_id,
        last_on,
        'taken' as yardstick,
        1 as sign,
        until_at as instant
    from on_calendar
    union all
    select
        customer_id,
        complaint_id,
        measure,
        region_id,
        last_on,
        'taken' as yardstick,
        -1 as sign,
        opened_at as instant
    from on_calendar
    union all
    select
        o.customer_id,
        o.complaint_id,
        o.measure,
        o.region_id,
        o.last_on,
        'taken' as yardstick,
        edge.sign,
        edge.instant
    from on_calendar as o
    cross join unnest(o.paused_while * tstzmultirange(tstzrange(o.opened_at, o.until_at))) as pause (while_paused)
    cross join
        lateral (
            values (1, lower(pause.while_paused)), (-1, upper(pause.while_paused))
        ) as edge (sign, instant)
    union all
    select
        o.customer_id,
        o.complaint_id,
        o.measure,
        o.region_id,
        o.last_on,
        'promised' as yardstick,
        edge.sign,
        edge.instant
    from on_calendar as o
    cross join lateral (values (1, o.promised_at), (-1, o.opened_at)) as edge (sign, instant)
    where o.promised_at between o.opened_at and o.ends_at
),

local as (
    select
        *,
        least(cast(instant at time zone :zone as date), last_on) as day_on
    from moment
),

reading as (
    select
        m.customer_id,
        m.complaint_id,
        m.measure,
        m.yardstick,
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
        measure,
        sum(seconds) filter (where yardstick = 'taken') as taken,
        sum(seconds) filter (where yardstick = 'promised') as promised
    from reading
    group by customer_id, complaint_id, measure
),

clocked as (
    select
        cohort_on,
        branch_id,
        region_id,
        opened_on,
        category_code,
        severity_code,
        channel_code,
        'calendar' as clock,
        measure,
        outcome,
        cast(extract(epoch from until_at - opened_at) as double precision) as taken,
        cast(extract(epoch from promised_at - opened_at) as double precision) as promised
    from valid
    union all
    select
        o.cohort_on,
        o.branch_id,
        o.region_id,
        o.opened_on,
        o.category_code,
        o.severity_code,
        o.channel_code,
        'working' as clock,
        o.measure,
        case when o.until_at > o.ends_at then 'censored' else o.outcome end as outcome,
        w.taken,
        w.promised
    from on_calendar as o
    inner join worked as w
        on o.customer_id = w.customer_id and o.complaint_id = w.complaint_id and o.measure = w.measure
),

bucketed as (
    select
        *,
        published.duration_bucket(taken) as bucket,
        case
            when promised is not null then cast(
                least(ceil(ln(greatest(taken, 1) / greatest(promised, 1)) / ln(cast(1.02 as double precision))), 1) as integer
            )
        end as target_bucket
    from clocked
),

final as (
    select
        cohort_on as slice_on,
        branch_id,
        region_id,
        opened_on,
        category_code,
        severity_code,
        channel_code,
        clock,
        measure,
        bucket,
        target_bucket,
        outcome,
        count(*) as items
    from bucketed
    group by
        cohort_on, branch_id, region_id, opened_on, category_code, severity_code, channel_code,
        clock, measure, bucket, target_bucket, outcome
)

select * from final
