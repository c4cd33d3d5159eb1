-- One row per feed ever accepted, or waiting now: how far its data reach at this refresh, since when some of it is held.
-- Reads  published.feed_status, published.load_feed
with reached as (
    select
        feed,
        data_until
    from published.feed_status
    where refresh_id = :refresh_id
),

waiting as (
    select
        feed,
        min(held_since) as held_since,
        sum(delivered) as held_rows
    from published.load_feed
    where state = 'held'
    group by feed
),

final as (
    select
        reached.data_until,
        waiting.held_since,
        waiting.held_rows,
        coalesce(reached.feed, waiting.feed) as feed
    from reached
    full join waiting on reached.feed = waiting.feed
)

select *
from final
order by feed
