-- The refresh asked for, if it was ever published.
-- Reads  published.refresh
select refresh_id
from published.refresh
where refresh_id = :asked and state = 'passed'
