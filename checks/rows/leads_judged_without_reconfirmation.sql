-- Leads that are called genuine or fake, though nobody noted when they were reconfirmed.
-- Reads  {batch}: gate.delivery_leads
select lead_id
from {batch}
where is_genuine is not null and reconfirmed_at is null
