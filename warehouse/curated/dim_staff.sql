-- curated.dim_staff
-- One row per member of staff, as delivered last.
-- Reads  staging.now_staff
-- Key    staff_id; branch_id -> curated.dim_branch
-- Feeds  staff
-- Why    figures of a person's past follow the person into a new branch, as those of a branch follow it into a new region.
with touched as (
    select distinct staff_id from staging.stg_staff
    where load_id = any(:loads)
),

staff as (
    select n.*
    from staging.now_staff as n
    inner join touched as t on n.staff_id = t.staff_id
),

final as (
    select
        staff_id,
        branch_id
    from staff
)

select *
from final
