-- curated.dim_branch
-- One row per branch, as delivered last.
-- Reads  staging.now_branches
-- Key    branch_id
-- Feeds  branches
-- Why    a branch lies in one region at a time; figures of the past follow it into a new one.
with touched as (
    select distinct branch_id from staging.stg_branches
    where load_id = any(:loads)
),

branch as (
    select n.*
    from staging.now_branches as n
    inner join touched as t on n.branch_id = t.branch_id
),

final as (
    select
        branch_id,
        branch_name,
        region_id,
        region_name,
        city,
        opened_on,
        closed_on
    from branch
)

select *
from final
