-- Leads of a month are looked up by their day: what a small delivery brings is compared with its own months alone.
create index on curated.fct_lead (collected_on);
