drop table ops.discarding;
alter table published.refresh drop column is_trial;
