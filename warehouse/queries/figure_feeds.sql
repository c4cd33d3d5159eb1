-- Feeds that this refresh knows, with the day of their newest record and the columns that their sources say are unknown.
-- Reads  published.feed_status, published.setting
with zone as (
    select max(value) as name
    from published.setting
    where name = 'reporting_zone'
),

delivered as (
    select
        f.feed,
        f.unknown_columns,
        cast(f.data_until at time zone coalesce(z.name, 'UTC') as date) as data_on
    from published.feed_status as f
    cross join zone as z
    where f.refresh_id = :refresh_id
)

select *
from delivered
