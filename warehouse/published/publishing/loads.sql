-- The rows that went in are accepted for good.
update published.load_feed
set state = 'passed', held_since = null, held_by = '{}'
where state = 'candidate'
