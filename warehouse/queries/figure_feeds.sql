-- Feeds that this refresh knows, with the columns that their sources say are unknown.
-- Reads  published.feed_status
with delivered as (
    select
        feed,
        unknown_columns
    from published.feed_status
    where refresh_id = :refresh_id
)

select *
from delivered
