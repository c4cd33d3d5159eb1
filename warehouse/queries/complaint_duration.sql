-- How long complaints take, by cohort of opening: quantiles in seconds and the share in time.
-- Why    the curve is taken after adding; what still runs is censored, what was withdrawn or handed over competes. A source
--        that never notes an answer tells nothing about answers: no rows, not a wait without end. The share in time is the
--        same curve over time taken / time promised, read at 1, and unknown where nobody was followed that far. Sums have
--        the one bucket or the other. What took longer than promised is one bucket there: how much longer is not asked.
with asked as (
    select
        bucket,
        target_bucket,
        outcome,
        items,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'clock' = any(cast(:by as text[])) then clock end as clock,
        case when 'day' = any(cast(:by as text[])) then opened_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', opened_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', opened_on) as date) end as month
    from published.complaint_duration_sums
    where
        refresh_id = :refresh_id
        and grain in (:complaint_duration_grain, replace(:complaint_duration_grain, 'bucket', 'target_bucket'))
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (
            cast(:from_on as date) is null
            or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date)
            or slice_on = date '0001-01-01'
        )
        and measure = case :metric when 'complaint.first_response' then 'first_response' else 'resolution' end
        and clock = any(
            case
                when cardinality(cast(:clock as text[])) > 0 then cast(:clock as text[])
                when 'clock' = any(cast(:by as text[])) then array['calendar', 'working']
                else array['calendar']
            end
        )
),

added as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        clock,
        day,
        week,
        month,
        bucket,
        target_bucket,
        outcome,
        sum(items) as items
    from asked
    group by region, branch, category, severity, channel, clock, day, week, month, bucket, target_bucket, outcome
),

axis as (
    select
        a.*,
        x.axis,
        x.place
    from added as a
    cross join lateral (values ('time', a.bucket), ('target', case when a.target_bucket > 1 then 1 else a.target_bucket end)) as x (axis, place)
    where x.place is not null
),

binned as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        clock,
        day,
        week,
        month,
        axis,
        place,
        cast(coalesce(sum(items) filter (where outcome = 'event'), 0) as bigint) as events,
        cast(coalesce(sum(items) filter (where outcome in ('withdrawn', 'transferred')), 0) as bigint) as competing,
        cast(coalesce(sum(items) filter (where outcome = 'censored'), 0) as bigint) as censored
    from axis
    group by region, branch, category, severity, channel, clock, day, week, month, axis, place
),

histogram as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        clock,
        day,
        week,
        month,
        axis,
        array_agg(place order by place) as places,
        array_agg(events order by place) as events,
        array_agg(competing order by place) as competing,
        array_agg(censored order by place) as censored
    from binned
    group by region, branch, category, severity, channel, clock, day, week, month, axis
),

waited as (
    select
        h.*,
        s.*
    from histogram as h
    cross join lateral published.duration_summary(h.places, h.events, h.competing, h.censored) as s
    where h.axis = 'time'
),

in_time as materialized (
    select
        h.region,
        h.branch,
        h.category,
        h.severity,
        h.channel,
        h.clock,
        h.day,
        h.week,
        h.month,
        max(i.incidence) filter (where i.bucket <= 0) as share,
        max(i.low) filter (where i.bucket <= 0) as low,
        max(i.high) filter (where i.bucket <= 0) as high
    from histogram as h
    cross join lateral published.incidence(h.places, h.events, h.competing, h.censored) as i
    where
        h.axis = 'target'
        and (h.places[cardinality(h.places)] >= 0 or h.censored[cardinality(h.censored)] = 0)
    group by h.region, h.branch, h.category, h.severity, h.channel, h.clock, h.day, h.week, h.month
),

noted as (
    select
        :metric <> 'complaint.first_response'
        or exists (
            select from published.complaint_duration_sums
            where
                refresh_id = :refresh_id
                and grain = :complaint_duration_grain
                and measure = 'first_response'
                and outcome = 'event'
        ) as is_noted
),

final as (
    select
        w.region,
        w.branch,
        w.category,
        w.severity,
        w.channel,
        w.clock,
        w.day,
        w.week,
        w.month,
        w.n,
        w.open,
        w.median,
        w.median_low,
        w.median_high,
        w.p75,
        w.p90,
        t.share as within_target,
        t.low as within_target_low,
        t.high as within_target_high
    from waited as w
    inner join noted as k on k.is_noted
    left join in_time as t
        on
            w.region is not distinct from t.region
            and w.branch is not distinct from t.branch
            and w.category is not distinct from t.category
            and w.severity is not distinct from t.severity
            and w.channel is not distinct from t.channel
            and w.clock is not distinct from t.clock
            and w.day is not distinct from t.day
            and w.week is not distinct from t.week
            and w.month is not distinct from t.month
    order by w.region, w.branch, w.category, w.severity, w.channel, w.clock, w.day, w.week, w.month
)

select * from final
