-- Complaints open at the end of a day: of each day, of the last day of each week or month, or of the period.
-- Why    backlog(t) = backlog(t-1) + opened + reopened - ended, so everything before the period counts. A period reaches to the
--        data date at most: nothing is known beyond.
with reporting as (
    select value as zone_name
    from published.setting
    where name = 'reporting_zone'
),

status as (
    select data_until
    from published.feed_status
    where refresh_id = :refresh_id and feed in ('complaints', 'complaint_events')
),

data_date as materialized (
    select max(cast(s.data_until at time zone coalesce(r.zone_name, 'UTC') as date)) as on_date
    from status as s
    left join reporting as r on true
),

flow as (
    select
        on_date,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        opened + reopened - ended as added
    from published.complaint_daily_sums
    where
        refresh_id = :refresh_id
        and grain = :complaint_daily_grain
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cast(:until_on as date) is null or on_date < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
),

known as materialized (
    select
        d.on_date as last_on,
        min(f.on_date) as first_on
    from data_date as d
    left join flow as f on true
    group by d.on_date
),

reach as (
    select
        coalesce(cast(:from_on as date), first_on) as first_on,
        least(last_on, cast(:until_on as date) - 1) as last_on
    from known
),

days as (
    select cast(s.on_date as date) as on_date
    from reach as r
    cross join generate_series(cast(r.first_on as timestamp), cast(r.last_on as timestamp), interval '1 day') as s (on_date)
),

period as (
    select
        on_date,
        case when 'day' = any(cast(:by as text[])) then on_date end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', on_date) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', on_date) as date) end as month
    from days
),

period_end as (
    select
        day,
        week,
        month,
        max(on_date) as on_date
    from period
    group by day, week, month
),

cell as (
    select distinct
        region,
        branch,
        category,
        severity,
        channel
    from flow
),

stepped as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        on_date,
        added,
        cast(null as date) as day,
        cast(null as date) as week,
        cast(null as date) as month,
        false as is_asked
    from flow
    union all
    select
        c.region,
        c.branch,
        c.category,
        c.severity,
        c.channel,
        p.on_date,
        0 as added,
        p.day,
        p.week,
        p.month,
        true as is_asked
    from cell as c
    cross join period_end as p
),

running as (
    select
        *,
        sum(added) over (partition by region, branch, category, severity, channel order by on_date) as value
    from stepped
),

final as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        day,
        week,
        month,
        value
    from running
    where is_asked
    order by region, branch, category, severity, channel, day, week, month
)

select * from final
