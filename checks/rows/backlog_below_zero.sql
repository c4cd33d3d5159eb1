-- Branches and days at whose end fewer complaints were open than none.
-- Reads  {batch}: gate.figures_complaint_daily
-- Why    backlog(t) = backlog(t-1) + opened + reopened - ended, from the first day on.
with
flow as (
    select
        branch_id,
        on_date,
        sum(opened + reopened - ended) as more
    from {batch}
    group by branch_id, on_date
),

backlog as (
    select
        branch_id,
        on_date,
        sum(more) over (partition by branch_id order by on_date) as still_open
    from flow
)

select
    branch_id,
    on_date,
    still_open
from backlog
where still_open < 0
