-- Queries and files of other machines: how far each has been taken.

-- One row per file that a query has answered: how far it went. So a load that is discarded is asked for again. `taken` holds
-- a digest of eight bytes for each row that the next time asks for once more.
create table ops.reached (
    file_id bigint primary key references published.file on delete cascade,
    source text not null,
    query text not null,
    cursor_column text,
    kind text check (kind in ('integer', 'number', 'instant', 'date', 'text')),
    newest text,
    taken bytea not null
);
create index on ops.reached (source, query, file_id);

-- One row per file of another machine, as it was when it was brought last: while its stamp is the same, its content is.
create table ops.brought (
    url text primary key,
    stamp text not null,
    content_hash text not null
);
