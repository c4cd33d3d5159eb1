-- What became of the promise: four parts that add to all complaints in scope. `paused` stand inside what still runs.
with asked as (
    select
        sla_met,
        sla_breached_closed,
        sla_breached_open,
        sla_running,
        sla_paused,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case when 'day' = any(cast(:by as text[])) then opened_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', opened_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', opened_on) as date) end as month
    from published.complaint_cohort_sums
    where
        refresh_id = :refresh_id
        and grain = :complaint_cohort_grain
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
        and (
            cast(:from_on as date) is null
            or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date)
            or slice_on = date '0001-01-01'
        )
),

added as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        cause,
        day,
        week,
        month,
        sum(sla_met) as met,
        sum(sla_breached_closed) as breached_closed,
        sum(sla_breached_open) as breached_open,
        sum(sla_running) as running,
        sum(sla_paused) as paused,
        sum(sla_met + sla_breached_closed + sla_breached_open + sla_running) as denominator
    from asked
    group by region, branch, category, severity, channel, cause, day, week, month
),

final as (
    select
        a.region,
        a.branch,
        a.category,
        a.severity,
        a.channel,
        a.cause,
        a.day,
        a.week,
        a.month,
        p.part,
        p.value,
        a.denominator,
        p.paused,
        cast(p.value as double precision) / a.denominator as share
    from added as a
    cross join
        lateral (
            values
            (1, 'met', a.met, null),
            (2, 'breached_closed', a.breached_closed, null),
            (3, 'breached_open', a.breached_open, null),
            (4, 'running', a.running, a.paused)
        ) as p (position, part, value, paused)
    where a.denominator > 0
    order by a.region, a.branch, a.category, a.severity, a.channel, a.cause, a.day, a.week, a.month, p.position
)

select * from final
