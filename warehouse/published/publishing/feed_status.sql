-- How far each feed's accepted rows reach, as of this refresh.
with passed as (
    select
        feed,
        max(newest_at) as data_until,
        max(load_id) as last_load_id
    from published.load_feed
    where state = 'passed' and accepted > 0
    group by feed
),

unknown as (
    select
        feed,
        array_agg(distinct column_name) as unknown_columns
    from published.unknown_column
    group by feed
)

insert into published.feed_status (refresh_id, feed, data_until, last_load_id, unknown_columns)
select
    :refresh_id as refresh_id,
    p.feed,
    p.data_until,
    p.last_load_id,
    coalesce(u.unknown_columns, '{}') as unknown_columns
from passed as p
left join unknown as u on p.feed = u.feed
