-- published.branch
-- One row per branch.
-- Reads  curated.dim_branch
-- Feeds  branches
-- Slice  one for all
-- Reach  any branch delivered makes the whole list again: it is short.
-- Why    names and the region of each branch, for filters, labels and tables.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

branch as (
    select * from curated.dim_branch
),

final as (
    select
        s.slice_on,
        b.branch_id,
        b.region_id,
        b.branch_name,
        b.region_name,
        b.city,
        b.opened_on,
        b.closed_on
    from slice as s
    cross join branch as b
)

select *
from final
