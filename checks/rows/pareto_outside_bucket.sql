-- Rows made anew whose mean revenue a customer lies outside their own bucket of ratio 1.05.
-- Reads  {batch}: gate.figures_pareto
-- Why    a millionth is left to rounding at the edges.
with
figures as (
    select
        slice_on,
        branch_id,
        bucket,
        cast(revenue / customers as double precision) as mean_revenue,
        power(cast(1.05 as double precision), bucket) as from_amount
    from {batch}
    where is_new
)

select
    slice_on,
    branch_id,
    bucket,
    mean_revenue
from figures
where mean_revenue not between from_amount * 0.999999 and from_amount * 1.050001
