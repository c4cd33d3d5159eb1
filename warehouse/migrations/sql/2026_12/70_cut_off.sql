-- What the next refresh must know of one that was cut off.

-- A refresh that only tries: where it is cut off, what it took in is forgotten, never published.
alter table published.refresh add column is_trial boolean not null default false;

-- Feeds of loads that were discarded while their figures have not been made anew yet.
create table ops.discarding (
    load_id bigint not null,
    feed text not null,
    primary key (load_id, feed)
);
