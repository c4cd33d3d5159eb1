-- One row that changes whenever a refresh begins or ends, and a job is asked for or ends; whether a refresh and a worker are there.
-- Reads  published.refresh, published.job, published.comparison
-- Why    what the page knows is kept as long as this row stays the same.
with refreshed as (
    select
        max(refresh_id) as newest_refresh,
        max(finished_at) as refresh_ended_at,
        count(*) filter (where state = 'running') as marked_running
    from published.refresh
),

asked as (
    select
        max(job_id) as newest_job,
        max(finished_at) as job_ended_at,
        count(*) filter (where state in ('waiting', 'running')) as jobs_open
    from published.job
),

compared as (
    select max(comparison_id) as newest_comparison
    from published.comparison
)

select
    refreshed.newest_refresh,
    refreshed.refresh_ended_at,
    refreshed.marked_running,
    asked.newest_job,
    asked.job_ended_at,
    asked.jobs_open,
    compared.newest_comparison,
    access.is_under_way('gatehouse.refresh') as is_refreshing,
    access.is_under_way('gatehouse.worker') as has_worker
from refreshed
cross join asked
cross join compared
