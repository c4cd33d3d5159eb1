-- Shifts that begin before an earlier shift of the same region and day has ended.
-- Reads  {batch}: gate.delivery_working_hours
with
shifts as (
    select
        region_id,
        worked_on,
        opens_at,
        max(closes_at) over (
            partition by region_id, worked_on order by opens_at rows between unbounded preceding and 1 preceding
        ) as ended_at
    from {batch}
)

select
    region_id,
    worked_on,
    opens_at
from shifts
where opens_at < ended_at
