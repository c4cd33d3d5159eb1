-- Regions that go by more than one name.
-- Reads  {batch}: gate.delivery_branches
select region_id
from {batch}
group by region_id
having count(distinct region_name) > 1
