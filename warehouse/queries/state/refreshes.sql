-- One row per refresh, newest first: verdict, times, rows with the sum that adds up, checks by outcome.
-- Reads  published.refresh, published.load, published.load_feed, published.check_result

with rows_in as (
    select
        l.refresh_id,
        sum(f.delivered) as delivered,
        sum(f.accepted) as accepted,
        sum(f.superseded) as superseded,
        sum(f.quarantined) as quarantined
    from published.load as l
    inner join published.load_feed as f on l.load_id = f.load_id
    group by l.refresh_id
),

checked as (
    select
        c.refresh_id,
        count(*) as checks,
        count(*) filter (where c.outcome = 'passed') as checks_passed,
        count(*) filter (where c.outcome <> 'passed' and c.level = 'block') as checks_blocking
    from published.check_result as c
    group by c.refresh_id
)

select
    r.refresh_id,
    r.state,
    r.started_by,
    r.started_at,
    r.finished_at,
    r.published_at,
    r.purged_at,
    r.restated,
    r.reason,
    coalesce(i.delivered, 0) as delivered,
    coalesce(i.accepted, 0) as accepted,
    coalesce(i.superseded, 0) as superseded,
    coalesce(i.quarantined, 0) as quarantined,
    coalesce(c.checks, 0) as checks,
    coalesce(c.checks_passed, 0) as checks_passed,
    coalesce(c.checks_blocking, 0) as checks_blocking
from published.refresh as r
left join rows_in as i on r.refresh_id = i.refresh_id
left join checked as c on r.refresh_id = c.refresh_id
order by r.refresh_id desc
limit :newest
