-- One row per metric and scope that the person may see, and day from which the delivered target is in force.
-- Reads  published.target
select
    metric_code,
    scope_kind,
    scope_id,
    period_on,
    target_value
from published.target
where refresh_id = :refresh_id
order by metric_code collate "C", period_on, scope_kind collate "C", scope_id collate "C"
