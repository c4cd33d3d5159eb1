-- One row per feed ever accepted, or waiting now: how far its data reach at this refresh, when the last delivery of it came,
-- since when some of it is held.
-- Reads  published.feed_status, published.load_feed
-- Why    how many rows there are is told to whoever sees the whole company: others could take their own off.
with reached as (
    select
        feed,
        data_until
    from published.feed_status
    where refresh_id = :refresh_id
),

came as (
    select
        feed,
        max(received_at) filter (where state <> 'discarded') as arrived_at,
        min(held_since) filter (where state = 'held') as held_since,
        sum(delivered) filter (where state = 'held' and (select access.sees_whole_company())) as held_rows,
        bool_or(state = 'held') as is_held
    from published.load_feed
    group by feed
),

final as (
    select
        reached.data_until,
        came.arrived_at,
        came.held_since,
        came.held_rows,
        coalesce(reached.feed, came.feed) as feed
    from reached
    full join came on reached.feed = came.feed
    where reached.feed is not null or came.is_held
)

select *
from final
order by feed
