-- The curve behind lead.days_to_order: the share of leads that have ordered by each time.
-- Reads  published.lead_day_sums, published.lead_wait_sums, published.lead_source, published.feed_status, published.setting
-- Why    a lead that has not ordered still waits: it counts as waiting from noon of its day of collection to the data date.
with lead as (
    select d.*
    from published.lead_day_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :lead_day_grain
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
),

ordered as (
    select d.*
    from published.lead_wait_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :lead_wait_grain
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
),

source as materialized (
    select
        source_code,
        source_group
    from published.lead_source
    where
        refresh_id = :refresh_id
        and ('source_group' = any(cast(:by as text[])) or cast(:source_group as text[]) <> '{}')
),

zone as (
    select value as name from published.setting
    where name = 'reporting_zone'
),

known as materialized (
    select
        max(f.data_until) as data_until,
        max(z.name) as zone
    from published.feed_status as f
    cross join zone as z
    where f.refresh_id = :refresh_id and f.feed in ('leads', 'orders')
),

entry as (
    select
        collected_on,
        region_id,
        branch_id,
        source_code,
        bucket,
        leads as events,
        0 as censored
    from ordered
    union all
    select
        l.collected_on,
        l.region_id,
        l.branch_id,
        l.source_code,
        published.duration_bucket(
            extract(epoch from k.data_until - (l.collected_on + interval '12 hours') at time zone k.zone)
        ) as bucket,
        0 as events,
        l.leads - l.waited as censored
    from lead as l
    cross join known as k
    where l.collected_on is not null and l.leads > l.waited
),

grouped as (
    select
        e.bucket,
        e.events,
        e.censored,
        case when 'day' = any(cast(:by as text[])) then e.collected_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', e.collected_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', e.collected_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then e.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then e.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then e.source_code end as source,
        case when 'source_group' = any(cast(:by as text[])) then s.source_group end as source_group
    from entry as e
    left join source as s on e.source_code = s.source_code
    where cast(:source_group as text[]) = '{}' or s.source_group = any(cast(:source_group as text[]))
),

listed as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        array_agg(bucket) as buckets,
        array_agg(cast(events as bigint)) as events,
        array_agg(cast(0 as bigint)) as competing,
        array_agg(cast(censored as bigint)) as censored
    from grouped
    group by day, week, month, region, branch, source, source_group
),

final as (
    select
        l.day,
        l.week,
        l.month,
        l.region,
        l.branch,
        l.source,
        l.source_group,
        i.at_risk,
        i.happened,
        i.incidence as share,
        i.low,
        i.high,
        published.duration_seconds(i.bucket + 0.5) as at
    from listed as l
    cross join lateral published.incidence(l.buckets, l.events, l.competing, l.censored) as i
    where i.happened > 0
    order by l.day, l.week, l.month, l.region, l.branch, l.source, l.source_group, at
)

select *
from final
