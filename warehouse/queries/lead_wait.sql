-- How long leads take to order, with those that have not yet: lead.days_to_order.
-- Reads  published.lead_day_sums, published.lead_wait_sums, published.lead_source, published.feed_status, published.setting
-- Why    a lead that has not ordered still waits: it counts as waiting from noon of its day of collection to the data date.
--        The curve is that of published.incidence where nothing competes (Kaplan-Meier, Greenwood): half the time it takes.
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

listed as materialized (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        row_number() over () as place,
        array_agg(bucket) as buckets,
        array_agg(cast(events as double precision)) as events,
        array_agg(cast(censored as double precision)) as censored
    from grouped
    group by day, week, month, region, branch, source, source_group
),

counted as (
    select
        l.place,
        c.bucket,
        sum(c.events) as events,
        sum(c.censored) as censored,
        sum(sum(c.events + c.censored)) over (partition by l.place order by c.bucket desc) as at_risk
    from listed as l
    cross join lateral unnest(l.buckets, l.events, l.censored) as c (bucket, events, censored)
    group by l.place, c.bucket
),

reached as (
    select
        place,
        bucket,
        events,
        censored,
        events = at_risk as is_last,
        sum(-ln(1 - events / nullif(at_risk, events))) over upward as waited,
        1.959963984540054 * sqrt(sum(events / at_risk / nullif(at_risk - events, 0)) over upward) as reach
    from counted
    window upward as (partition by place order by bucket)
),

summed as (
    select
        place,
        cast(sum(events + censored) as bigint) as n,
        cast(sum(censored) as bigint) as open,
        min(bucket) filter (where waited >= -ln(0.5 + 1e-12) or is_last) as half,
        min(bucket) filter (where waited * exp(reach / nullif(waited, 0)) >= ln(2) and not is_last) as half_early,
        min(bucket) filter (where waited * exp(-reach / nullif(waited, 0)) >= ln(2) and not is_last) as half_late,
        min(bucket) filter (where waited >= -ln(0.25 + 1e-12) or is_last) as three_quarters,
        min(bucket) filter (where waited >= -ln(0.1 + 1e-12) or is_last) as nine_tenths
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
        l.source,
        l.source_group,
        s.n,
        s.open,
        published.duration_seconds(s.half + 0.5) as median,
        published.duration_seconds(s.half_early + 0.5) as median_low,
        published.duration_seconds(s.half_late + 0.5) as median_high,
        published.duration_seconds(s.three_quarters + 0.5) as p75,
        published.duration_seconds(s.nine_tenths + 0.5) as p90
    from listed as l
    inner join summed as s on l.place = s.place
    order by l.day, l.week, l.month, l.region, l.branch, l.source, l.source_group
)

select *
from final
