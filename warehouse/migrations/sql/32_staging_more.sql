-- What a source says it does not know: figures by such a column read "feed absent" instead of a made-up value.

-- One row per source, feed and column marked unknown, with the source's reason.
create table published.unknown_column (
    source text not null,
    feed text not null,
    column_name text not null,
    reason text not null,
    primary key (source, feed, column_name)
);
alter table published.unknown_column enable row level security;
create policy known_people on published.unknown_column for select to reader using ((select access.is_known()));
grant select on published.unknown_column to reader;
