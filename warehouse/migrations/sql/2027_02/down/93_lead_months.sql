-- Days alone again.

update ops.sums set grains = '{company day, company day source_code}'
where table_name = 'lead_call';
update ops.sums set grains = '{company day, company day source_code, branch day}'
where table_name = 'lead_owner';
delete from published.lead_call_sums_edition
where grain like '% month%';
delete from published.lead_owner_sums_edition
where grain like '% month%';
