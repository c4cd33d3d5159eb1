-- Up to which day each feed was heard of: what ripens waits for the feed that brings its outcome, not for the newest record of any.

-- `data_on`: the day of the newest record. `heard_on`: that day, or the one on which the last delivery came, if that is later: a feed
-- that has little to tell is heard of all the same. Both in the reporting zone.
alter table published.feed_status add column if not exists data_on date;
alter table published.feed_status add column if not exists heard_on date;

with zone as (
    select coalesce(max(value), 'UTC') as name from published.setting
    where name = 'reporting_zone'
),

came as (
    select
        s.refresh_id,
        s.feed,
        max(f.received_at) as arrived_at
    from published.feed_status as s
    inner join published.load_feed as f on s.feed = f.feed and f.state = 'passed'
    inner join published.load as l on f.load_id = l.load_id and s.refresh_id >= l.refresh_id
    group by s.refresh_id, s.feed
),

told as (
    select
        c.refresh_id,
        c.feed,
        cast(s.data_until at time zone z.name as date) as data_on,
        cast(c.arrived_at at time zone z.name as date) as arrived_on
    from came as c
    inner join published.feed_status as s on c.refresh_id = s.refresh_id and c.feed = s.feed
    cross join zone as z
)

update published.feed_status as s
set data_on = t.data_on, heard_on = greatest(t.data_on, t.arrived_on)
from told as t
where s.refresh_id = t.refresh_id and s.feed = t.feed;
