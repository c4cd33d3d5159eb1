-- Some of the rows that break the checks which hold a delivery, for stewards, beside what would change.
alter table published.comparison add column offences jsonb not null default '[]';
