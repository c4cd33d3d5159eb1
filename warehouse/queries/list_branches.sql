-- The branches that the person may see.
-- Reads  published.branch
with branch as (
    select
        branch_id,
        branch_name,
        region_id,
        region_name,
        city,
        opened_on,
        closed_on
    from published.branch
    where refresh_id = :refresh_id
    order by region_id, branch_id
)

select *
from branch
