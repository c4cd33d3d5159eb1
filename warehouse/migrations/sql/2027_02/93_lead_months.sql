-- Calls and owners of leads by months: days matter in the month alone in which leads begin to be pending.

update ops.sums set grains = '{
    company month, company month source_code, branch month, branch month source_code, company day, company day source_code
}'
where table_name = 'lead_call';
update ops.sums set grains = '{
    company month, company month source_code, branch month, company day, company day source_code, branch day
}'
where table_name = 'lead_owner';

delete from published.lead_call_sums_edition;
delete from published.lead_owner_sums_edition;
select ops.write_sums('lead_call', e.edition_id, null)
from (select distinct edition_id from published.lead_call_edition) as e;
select ops.write_sums('lead_owner', e.edition_id, null)
from (select distinct edition_id from published.lead_owner_edition) as e;
