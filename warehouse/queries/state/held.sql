-- One row per load and feed that a gate holds: since when, by which checks, how many rows wait.
-- Reads  published.load_feed
with waiting as (
    select
        load_id,
        feed,
        held_since,
        held_by,
        delivered,
        accepted,
        superseded,
        quarantined
    from published.load_feed
    where state = 'held'
)

select *
from waiting
order by held_since, load_id, feed
