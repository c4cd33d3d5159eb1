-- Targets of a region or a branch that do not say which, and targets of the company that name one.
-- Reads  {batch}: gate.delivery_targets
select
    metric_code,
    scope_kind,
    period_on
from {batch}
where (scope_kind = 'company') <> (scope_id is null)
