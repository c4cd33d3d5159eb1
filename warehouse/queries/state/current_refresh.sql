-- Which refresh readers see now.
-- Reads  published.current
select refresh_id
from published.current
