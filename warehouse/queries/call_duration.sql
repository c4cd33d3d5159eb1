-- How long calls take: call.duration.
-- Reads  published.call_duration_sums
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

bucketed as (
    select
        day,
        week,
        month,
        region,
        branch,
        purpose,
        bucket,
        cast(sum(calls) as bigint) as calls
    from call
    group by day, week, month, region, branch, purpose, bucket
),

listed as (
    select
        day,
        week,
        month,
        region,
        branch,
        purpose,
        array_agg(bucket) as buckets,
        array_agg(calls) as events,
        array_agg(cast(0 as bigint)) as never
    from bucketed
    group by day, week, month, region, branch, purpose
),

final as (
    select
        l.day,
        l.week,
        l.month,
        l.region,
        l.branch,
        l.purpose,
        d.n,
        d.open,
        d.median,
        d.median_low,
        d.median_high,
        d.p75,
        d.p90
    from listed as l
    cross join lateral published.duration_summary(l.buckets, l.events, l.never, l.never) as d
    order by l.day, l.week, l.month, l.region, l.branch, l.purpose
)

select *
from final
