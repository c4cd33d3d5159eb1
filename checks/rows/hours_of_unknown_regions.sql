-- Regions with working hours but without a branch.
-- Reads  {batch}: gate.delivery_working_hours; staging.stg_branches, published.load_feed
with
regions as (
    select distinct b.region_id
    from staging.stg_branches as b
    inner join published.load_feed as f on b.load_id = f.load_id and f.feed = 'branches'
    where f.state <> 'discarded'
)

select distinct h.region_id
from (select * from {batch}) as h
left join regions on h.region_id = regions.region_id
where regions.region_id is null
