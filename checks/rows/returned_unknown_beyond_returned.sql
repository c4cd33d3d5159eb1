-- Days of which more came back without its order than came back at all.
-- Reads  {batch}: gate.figures_order_day
select
    slice_on,
    branch_id,
    ordered_on,
    product_line
from {batch}
where returned_unknown_amount > returned_amount
