-- Shifts that begin before an earlier shift of the same region and day has ended.
-- Reads  {batch}: gate.delivery_working_hours
-- Why    a later load of the delivery corrects an earlier one: only the newest version of a shift counts.
with
newest as (
    select distinct on (region_id, worked_on, opens_at)
        region_id,
        worked_on,
        opens_at,
        closes_at
    from {batch}
    order by region_id asc, worked_on asc, opens_at asc, load_id desc
),

shifts as (
    select
        region_id,
        worked_on,
        opens_at,
        max(closes_at) over (
            partition by region_id, worked_on order by opens_at rows between unbounded preceding and 1 preceding
        ) as ended_at
    from newest
)

select
    region_id,
    worked_on,
    opens_at
from shifts
where opens_at < ended_at
