-- One row per job that a steward asked for, newest first. Empty for all but data stewards.
-- Reads  published.job
-- Why    of files that were tried only the verdict: tried.sql has what came of it.
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
    message,
    case kind
        when 'try' then jsonb_build_object('code', result -> 'code', 'verdict', result -> 'verdict')
        else result
    end as result
from published.job
order by job_id desc
limit :most
