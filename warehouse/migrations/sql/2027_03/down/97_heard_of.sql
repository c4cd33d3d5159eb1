alter table published.feed_status drop column heard_on;
alter table published.feed_status drop column data_on;
