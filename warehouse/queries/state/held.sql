-- One row per load and feed that a gate holds: since when, by which checks, how many rows wait.
-- Reads  published.load_feed
-- Why    how many rows there are is told to whoever sees the whole company: others could take their own off.
with whole as materialized (
    select access.sees_whole_company() as is_seen
),

waiting as (
    select
        f.load_id,
        f.feed,
        f.held_since,
        f.held_by,
        case when w.is_seen then f.delivered end as delivered,
        case when w.is_seen then f.accepted end as accepted,
        case when w.is_seen then f.superseded end as superseded,
        case when w.is_seen then f.quarantined end as quarantined
    from published.load_feed as f
    cross join whole as w
    where f.state = 'held'
)

select *
from waiting
order by held_since, load_id, feed
