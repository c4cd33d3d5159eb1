-- queries.state.held
-- One row per load and feed that a gate holds: since when, by which checks, how many rows wait.
-- Reads  published.load_feed

select f.load_id, f.feed, f.held_since, f.held_by, f.delivered, f.accepted, f.superseded, f.quarantined
from published.load_feed as f
where f.state = 'held'
order by f.held_since, f.load_id, f.feed;
