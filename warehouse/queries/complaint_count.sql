-- Complaints opened, by day of opening; by its weekday (1 is Monday) and hour (none where the source knows days alone).
with asked as (
    select
        opened,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case when 'weekday' = any(cast(:by as text[])) then cast(extract(isodow from opened_on) as text) end as weekday,
        case when 'hour' = any(cast(:by as text[])) then lpad(cast(opened_hour as text), 2, '0') end as hour,
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

final as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        cause,
        weekday,
        hour,
        day,
        week,
        month,
        sum(opened) as value
    from asked
    group by region, branch, category, severity, channel, cause, weekday, hour, day, week, month
    order by region, branch, category, severity, channel, cause, weekday, hour, day, week, month
)

select * from final
