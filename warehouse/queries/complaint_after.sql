-- What followed the first resolution of a complaint: complaint.reopen_rate, complaint.first_contact_rate.
-- Reads  published.complaint_resolved_sums, published.feed_status
-- Why    a resolution has had its N days when N whole days after its own are over; those that have not are pending. Days matter
--        in the month alone in which that begins.
with known as (
    select
        least(
            min(f.heard_on) filter (where f.feed = 'complaint_events' or :metric = 'complaint.first_contact_rate'),
            max(f.data_on) filter (where f.feed <> 'contacts')
        ) - cast(:mature_days as integer) as pending_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('complaints', 'complaint_events', 'contacts')
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

asked as (
    select
        resolved as base,
        resolved_on as on_date,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case when 'day' = any(cast(:by as text[])) then resolved_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', resolved_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', resolved_on) as date) end as month,
        case :metric when 'complaint.reopen_rate' then reopened_in_30 else settled end as happened
    from published.complaint_resolved_sums
    where
        refresh_id = :refresh_id
        and grain = case when slice_on = (select b.month_on from border as b) then :complaint_resolved_border_grain else :complaint_resolved_grain end
        and (cast(:from_on as date) is null or resolved_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or resolved_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
),

judged as (
    select
        a.*,
        a.on_date < b.pending_on as is_due
    from asked as a
    cross join border as b
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
        coalesce(sum(happened) filter (where is_due), 0) as numerator,
        coalesce(sum(base) filter (where is_due), 0) as denominator,
        coalesce(sum(base) filter (where not is_due), 0) as pending
    from judged
    group by region, branch, category, severity, channel, cause, day, week, month
),

final as (
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
        numerator,
        denominator,
        pending,
        cast(numerator as double precision) / nullif(denominator, 0) as value,
        published.wilson_low(cast(numerator as double precision), cast(denominator as double precision)) as low,
        published.wilson_high(cast(numerator as double precision), cast(denominator as double precision)) as high
    from added
    where denominator + pending > 0
    order by region, branch, category, severity, channel, cause, day, week, month
)

select * from final
