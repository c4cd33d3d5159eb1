-- What events bring, as orders for every 100 guests: event.yield.
-- Reads  published.event_day, published.feed_status
-- Why    an event has had its time when so many whole days after it are over; guests of those that have not are pending.
with known as materialized (
    select least(min(f.heard_on) filter (where f.feed = 'orders'), max(f.data_on)) as data_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('events', 'attendances', 'orders')
),

event as (
    select
        d.*,
        case when 'day' = any(cast(:by as text[])) then d.held_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', d.held_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.held_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'event_kind' = any(cast(:by as text[])) then d.event_kind end as kind,
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
        coalesce(sum(events) filter (where is_due), 0) as events,
        coalesce(sum(invited) filter (where is_due), 0) as invited,
        coalesce(sum(confirmed) filter (where is_due), 0) as confirmed,
        coalesce(sum(attended) filter (where is_due), 0) as attended,
        coalesce(sum(existing) filter (where is_due), 0) as existing,
        coalesce(sum(orders) filter (where is_due), 0) as orders,
        coalesce(sum(amount) filter (where is_due), 0) as revenue,
        coalesce(sum(cost_amount) filter (where is_due), 0) as cost,
        coalesce(sum(attended) filter (where not is_due), 0) as pending
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
        orders as numerator,
        attended as denominator,
        pending,
        events,
        invited,
        confirmed,
        attended,
        existing,
        orders,
        revenue,
        cost,
        attended - existing as new,
        100 * orders / nullif(attended, 0) as value,
        100 * published.poisson_low(orders, attended) as low,
        100 * published.poisson_high(orders, attended) as high
    from added
    order by day, week, month, region, branch, kind
)

select *
from final
