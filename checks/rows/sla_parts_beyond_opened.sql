-- Rows in which the four parts of the promise add to more than the complaints that were opened.
-- Reads  {batch}: gate.figures_complaint_cohort
select
    slice_on,
    branch_id,
    opened_on
from {batch}
where
    sla_met + sla_breached_closed + sla_breached_open + sla_running > opened
    or resolved + withdrawn + transferred > opened
