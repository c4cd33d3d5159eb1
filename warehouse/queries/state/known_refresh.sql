-- The refresh asked for, if it was published and is still kept.
-- Reads  published.refresh
select refresh_id
from published.refresh
where refresh_id = :asked and state = 'passed' and purged_at is null
