-- One row per metric and scope, the company or the region or branch named, and day from which the delivered target is in force.
-- Reads  published.target
select
    metric_code,
    scope_kind,
    scope_id,
    period_on,
    target_value
from published.target
where
    refresh_id = :refresh_id
    and (
        scope_kind = 'company'
        or (scope_kind = 'region' and scope_id = :region)
        or (scope_kind = 'branch' and scope_id = :branch)
    )
order by metric_code collate "C", period_on, scope_kind collate "C", scope_id collate "C"
