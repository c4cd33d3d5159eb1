-- queries.state.published_at
-- One row for an earlier refresh that was published; none for one that never was.
-- Reads  published.refresh

select r.refresh_id, r.published_at
from published.refresh as r
where r.refresh_id = :asked and r.state = 'passed';
