-- The refresh that runs now: its step, rows read so far, seconds since it began, and how long each step of the last published one took.
-- Reads  published.refresh
with usual as (
    select timings
    from published.refresh
    where state = 'passed'
    order by refresh_id desc
    limit 1
),

running as (
    select
        refresh_id,
        is_trial,
        step,
        rows_received,
        started_by,
        started_at,
        extract(epoch from clock_timestamp() - started_at) as elapsed_seconds
    from published.refresh
    where state = 'running'
    order by refresh_id desc
    limit 1
)

select
    running.refresh_id,
    running.is_trial,
    running.step,
    running.rows_received,
    running.started_by,
    running.started_at,
    running.elapsed_seconds,
    usual.timings as usual_timings
from running
left join usual on true
