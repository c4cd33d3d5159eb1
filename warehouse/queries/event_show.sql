-- Of those who said they would come, the share that came: event.show_rate.
-- Reads  published.event_day, published.feed_status
-- Why    where the source never told who confirmed, all who were invited are the base. What is not over yet is pending.
with known as materialized (
    select
        least(min(f.heard_on) filter (where f.feed = 'attendances'), max(f.data_on)) as data_on,
        bool_or(f.feed = 'attendances' and 'confirmed_at' = any(f.unknown_columns)) as is_unconfirmed
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('events', 'attendances', 'orders')
),

event as (
    select
        case when 'day' = any(cast(:by as text[])) then d.held_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', d.held_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.held_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'event_kind' = any(cast(:by as text[])) then d.event_kind end as kind,
        case when k.is_unconfirmed then d.invited else d.confirmed end as expected,
        case when k.is_unconfirmed then d.attended else d.confirmed_attended end as came,
        d.held_on + cast(:mature_days as integer) < k.data_on as is_due
    from published.event_day as d
    cross join known as k
    where
        d.refresh_id = :refresh_id
        and d.held_on is not null
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.held_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.held_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:event_kind as text[]) = '{}' or d.event_kind = any(cast(:event_kind as text[])))
),

added as (
    select
        day,
        week,
        month,
        region,
        branch,
        kind,
        coalesce(sum(came) filter (where is_due), 0) as numerator,
        coalesce(sum(expected) filter (where is_due), 0) as denominator,
        coalesce(sum(expected) filter (where not is_due), 0) as pending
    from event
    group by day, week, month, region, branch, kind
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        kind as event_kind,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by day, week, month, region, branch, kind
)

select *
from final
