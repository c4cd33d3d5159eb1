-- How far each feed's accepted rows reach, as of this refresh.
insert into published.feed_status (refresh_id, feed, data_until, last_load_id, unknown_columns)
select
    :refresh_id,
    feed,
    max(newest_at),
    max(load_id),
    coalesce((select array_agg(distinct u.column_name) from published.unknown_column as u where u.feed = f.feed), '{}')
from published.load_feed as f
where state = 'passed' and accepted > 0
group by feed
