-- Without what 72_keeping.sql added: what was purged stays away.

alter table published.file drop column purged_at;
alter table published.load_feed drop column received_at;
alter table published.refresh drop column purged_at;
alter table published.refresh drop column restated;
drop table published.restatement;
