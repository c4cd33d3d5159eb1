-- How long calls take: call.duration.
-- Reads  published.call_duration_sums
-- Why    every call is over, so that the share that is by each time is counted, and nothing waits. The interval is that of
--        published.incidence, which has more to think of: it took most of the time.
with call as (
    select
        bucket,
        calls,
        case when 'day' = any(cast(:by as text[])) then started_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', started_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', started_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'purpose' = any(cast(:by as text[])) then purpose_code end as purpose
    from published.call_duration_sums
    where
        refresh_id = :refresh_id
        and grain = :call_duration_grain
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or started_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or started_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:purpose as text[]) = '{}' or purpose_code = any(cast(:purpose as text[])))
),

listed as materialized (
    select
        day,
        week,
        month,
        region,
        branch,
        purpose,
        row_number() over () as place,
        array_agg(bucket) as buckets,
        array_agg(cast(calls as double precision)) as calls
    from call
    group by day, week, month, region, branch, purpose
),

counted as (
    select
        l.place,
        c.bucket,
        sum(sum(c.calls)) over (partition by l.place order by c.bucket) as ended,
        sum(sum(c.calls)) over (partition by l.place) as n
    from listed as l
    cross join lateral unnest(l.buckets, l.calls) as c (bucket, calls)
    group by l.place, c.bucket
),

reached as (
    select
        place,
        bucket,
        n,
        ended / n as share,
        -ln(1 - ended / nullif(n, ended)) as waited,
        1.959963984540054 * sqrt(ended / nullif(n - ended, 0) / n) / -ln(1 - ended / nullif(n, ended)) as reach
    from counted
),

summed as (
    select
        place,
        cast(max(n) as bigint) as n,
        min(bucket) filter (where share >= 0.5 - 1e-12) as half,
        min(bucket) filter (where waited * exp(reach) >= ln(2)) as half_early,
        min(bucket) filter (where waited * exp(-reach) >= ln(2)) as half_late,
        min(bucket) filter (where share >= 0.75 - 1e-12) as three_quarters,
        min(bucket) filter (where share >= 0.9 - 1e-12) as nine_tenths
    from reached
    group by place
),

final as (
    select
        l.day,
        l.week,
        l.month,
        l.region,
        l.branch,
        l.purpose,
        s.n,
        0 as open,
        published.duration_seconds(s.half + 0.5) as median,
        published.duration_seconds(s.half_early + 0.5) as median_low,
        published.duration_seconds(s.half_late + 0.5) as median_high,
        published.duration_seconds(s.three_quarters + 0.5) as p75,
        published.duration_seconds(s.nine_tenths + 0.5) as p90
    from listed as l
    inner join summed as s on l.place = s.place
    order by l.day, l.week, l.month, l.region, l.branch, l.purpose
)

select *
from final
