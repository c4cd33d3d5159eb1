-- When an earlier refresh was published; no row for one that never was, or is kept no longer.
-- Reads  published.refresh
with earlier as (
    select
        refresh_id,
        published_at
    from published.refresh
    where refresh_id = :asked and state = 'passed' and purged_at is null
)

select *
from earlier
