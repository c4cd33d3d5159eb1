-- The policies' own copy of which branch lies where.
insert into access.branch (branch_id, region_id)
select
    branch_id,
    region_id
from curated.dim_branch
on conflict (branch_id) do update set region_id = excluded.region_id where branch.region_id is distinct from excluded.region_id
