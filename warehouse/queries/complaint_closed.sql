-- How long the closed complaints alone took, as most tools show it: how many there are in each bucket. `solved/durations.py` makes of
-- them n, median, p75 and p90 in seconds; `open` are those that this leaves out, and median_low and median_high nothing.
with asked as (
    select
        bucket,
        target_bucket,
        items,
        case outcome when 'censored' then 0 when 'event' then 1 else 2 end as ending,
        case when (select 'region' = any(cast(:by as text[]))) then region_id end as region,
        case when (select 'branch' = any(cast(:by as text[]))) then branch_id end as branch,
        case when (select 'category' = any(cast(:by as text[]))) then category_code end as category,
        case when (select 'severity' = any(cast(:by as text[]))) then severity_code end as severity,
        case when (select 'channel' = any(cast(:by as text[]))) then channel_code end as channel,
        case when (select 'clock' = any(cast(:by as text[]))) then clock end as clock,
        case when (select 'day' = any(cast(:by as text[]))) then opened_on end as day,
        case when (select 'week' = any(cast(:by as text[]))) then cast(date_trunc('week', cast(opened_on as timestamp)) as date) end as week,
        case when (select 'month' = any(cast(:by as text[]))) then cast(date_trunc('month', cast(opened_on as timestamp)) as date) end as month
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

final as (
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
        array_agg(bucket) as bucket,
        array_agg(target_bucket) as target_bucket,
        array_agg(ending) as ending,
        array_agg(items) as items
    from asked
    group by region, branch, category, severity, channel, clock, day, week, month
    order by region, branch, category, severity, channel, clock, day, week, month
)

select * from final
