-- The steps of the curve behind a duration of complaints: the share answered or resolved by `at` seconds.
with asked as (
    select
        bucket,
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
        and grain = :complaint_duration_grain
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
        bucket,
        cast(coalesce(sum(items) filter (where outcome = 'event'), 0) as bigint) as events,
        cast(coalesce(sum(items) filter (where outcome in ('withdrawn', 'transferred')), 0) as bigint) as competing,
        cast(coalesce(sum(items) filter (where outcome = 'censored'), 0) as bigint) as censored
    from asked
    group by region, branch, category, severity, channel, clock, day, week, month, bucket
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
        array_agg(bucket order by bucket) as buckets,
        array_agg(events order by bucket) as events,
        array_agg(competing order by bucket) as competing,
        array_agg(censored order by bucket) as censored
    from binned
    group by region, branch, category, severity, channel, clock, day, week, month
),

final as (
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
        i.at_risk,
        i.happened,
        i.incidence as share,
        i.low,
        i.high,
        published.duration_seconds(i.bucket + 0.5) as at
    from histogram as h
    cross join lateral published.incidence(h.buckets, h.events, h.competing, h.censored) as i
    where i.happened > 0
    order by h.region, h.branch, h.category, h.severity, h.channel, h.clock, h.day, h.week, h.month, i.bucket
)

select * from final
