-- One row per job that a steward asked for, newest first. Empty for all but data stewards.
-- Reads  published.job
select
    job_id,
    kind,
    details,
    asked_by,
    asked_at,
    state,
    step,
    started_at,
    finished_at,
    result,
    message
from published.job
order by job_id desc
limit :most
