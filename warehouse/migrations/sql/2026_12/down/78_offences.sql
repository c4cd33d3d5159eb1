alter table published.comparison drop column offences;
