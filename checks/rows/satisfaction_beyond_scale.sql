-- Rows whose satisfaction, taken together, lies below 0 or above 100 for each answer.
-- Reads  {batch}: gate.figures_complaint_recovery
select
    slice_on,
    branch_id,
    resolved_on,
    answers,
    satisfaction
from {batch}
where satisfaction < 0 or satisfaction > 100 * answers + 0.000001
