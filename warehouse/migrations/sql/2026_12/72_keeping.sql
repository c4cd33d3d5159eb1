-- What is kept of the past, and what of it: restatements, when each delivery came, what has been purged.

-- One row per figure of a month that was over and published, and has changed since: a measure of a published table, summed over a
-- slice, for a region or (no region) the whole company. Kept when the refresh that changed it is purged.
create table published.restatement (
    refresh_id bigint not null references published.refresh,
    table_name text not null,
    measure text not null,
    slice_on date not null,
    region_id text,
    was numeric,
    becomes numeric
);
create index on published.restatement (refresh_id);
create index on published.restatement (table_name, slice_on);
alter table published.restatement enable row level security;

-- Sums of a whole region or the whole company: for whoever sees all of it, once the refresh that changed them is published.
create policy whole_company on published.restatement for select to reader
using (
    (select access.sees_whole_company())
    and refresh_id in (
        select r.refresh_id from published.refresh as r
        where r.state = 'passed'
    )
);
grant select on published.restatement to reader;

-- How many figures a refresh restated, of which the greatest are listed; and since when it is shown to nobody any more: its
-- editions go an hour later, when nobody can be reading them.
alter table published.refresh add column restated bigint not null default 0;
alter table published.refresh add column purged_at timestamptz;

-- When the rows of a feed came: late is what has not come.
alter table published.load_feed add column received_at timestamptz;
update published.load_feed as f
set received_at = l.received_at
from published.load as l
where f.load_id = l.load_id;
alter table published.load_feed alter column received_at set default clock_timestamp();
alter table published.load_feed alter column received_at set not null;

-- Since when a file is no longer kept as it was delivered. What was accepted of it stands in staging for good.
alter table published.file add column purged_at timestamptz;
