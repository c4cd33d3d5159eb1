-- How far each feed's accepted rows reach, as of this refresh, and up to which day it was heard of: also by a delivery without news.
with zone as (
    select coalesce(max(value), 'UTC') as name from published.setting
    where name = 'reporting_zone'
),

passed as (
    select
        feed,
        max(newest_at) filter (where accepted > 0) as data_until,
        max(load_id) filter (where accepted > 0) as last_load_id,
        max(received_at) as arrived_at
    from published.load_feed
    where state = 'passed'
    group by feed
),

dated as (
    select
        p.feed,
        p.data_until,
        p.last_load_id,
        cast(p.data_until at time zone z.name as date) as data_on,
        cast(p.arrived_at at time zone z.name as date) as arrived_on
    from passed as p
    cross join zone as z
    where p.last_load_id is not null
),

unknown as (
    select
        feed,
        array_agg(distinct column_name) as unknown_columns
    from published.unknown_column
    group by feed
)

insert into published.feed_status (refresh_id, feed, data_until, last_load_id, unknown_columns, data_on, heard_on)
select
    :refresh_id as refresh_id,
    d.feed,
    d.data_until,
    d.last_load_id,
    coalesce(u.unknown_columns, '{}') as unknown_columns,
    d.data_on,
    greatest(d.data_on, d.arrived_on) as heard_on
from dated as d
left join unknown as u on d.feed = u.feed
