-- One row per drop of files that is tried, or was and waits for a second word, newest first. Empty for all but data stewards.
-- Reads  published.job
-- Why    after a day the files are gone from the inbox (inbox.KEPT_HOURS), and their trial with them.
with tried as (
    select
        job_id,
        state,
        step,
        asked_by,
        asked_at,
        finished_at,
        result,
        details -> 'files' as files
    from published.job
    where kind = 'try' and coalesce(finished_at, clock_timestamp()) > clock_timestamp() - interval '24 hours'
),

answered as (
    select
        cast(details ->> 'job_id' as bigint) as job_id,
        bool_or(state = 'done') as is_settled,
        max(kind) filter (where state in ('waiting', 'running')) as next_kind
    from published.job
    where kind in ('take', 'put_away')
    group by cast(details ->> 'job_id' as bigint)
),

final as (
    select
        t.job_id,
        t.state,
        t.step,
        t.files,
        t.asked_by,
        t.asked_at,
        t.finished_at,
        t.result,
        a.next_kind
    from tried as t
    left join answered as a on t.job_id = a.job_id
    where not coalesce(a.is_settled, false)
)

select *
from final
order by job_id desc
