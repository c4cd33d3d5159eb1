-- queries.state.freshness
-- One row per feed ever accepted, or waiting now: how far its data reach at this refresh, and since when some of it is held.
-- Reads  published.feed_status, published.load_feed

with reached as (
    select s.feed, s.data_until
    from published.feed_status as s
    where s.refresh_id = :refresh_id
),

waiting as (
    select f.feed, min(f.held_since) as held_since, sum(f.delivered) as held_rows
    from published.load_feed as f
    where f.state = 'held'
    group by f.feed
)

select coalesce(r.feed, w.feed) as feed, r.data_until, w.held_since, w.held_rows
from reached as r
full join waiting as w on r.feed = w.feed
order by 1;
