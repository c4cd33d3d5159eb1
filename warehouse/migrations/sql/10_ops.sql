-- Schemas, and the book that the refresh keeps.
-- `ops` is the loader's alone; what people may see of it stands in `published`, under row security.

create schema landing;
create schema staging;
create schema curated;
create schema gate;
create schema published;
create schema access;
create schema vault;

-- One row per refresh. State passed is the only one that `published.current` can point to. `definitions` is the fingerprint
-- of the SQL and the settings by which its figures were made.
create table published.refresh (
    refresh_id bigint generated always as identity primary key,
    state text not null default 'running' check (state in ('running', 'passed', 'held', 'failed', 'unchanged', 'tried')),
    step text not null default 'receive',
    started_by text not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    published_at timestamptz,
    reason text,
    timings jsonb not null default '{}',
    definitions text,
    unique (refresh_id, state)
);

-- One row per source and refresh: what arrived together.
create table published.load (
    load_id bigint generated always as identity primary key,
    refresh_id bigint not null references published.refresh,
    source text not null,
    received_at timestamptz not null default clock_timestamp()
);

-- One row per file received. A file whose content hash is known is never read twice.
create table published.file (
    file_id bigint generated always as identity primary key,
    load_id bigint not null references published.load,
    file_name text not null,
    content_hash text not null,
    byte_count bigint not null,
    columns text[] not null default '{}',
    feeds text[] not null default '{}',
    delivered bigint not null default 0,
    broken bigint not null default 0,
    state text not null default 'landing' check (state in ('landing', 'landed', 'refused', 'discarded')),
    refused_because text
);
create index on published.file (content_hash);

-- One row per load and feed, with the sum that adds up.
create table published.load_feed (
    load_id bigint not null references published.load,
    feed text not null,
    delivered bigint not null default 0,
    accepted bigint not null default 0,
    superseded bigint not null default 0,
    quarantined bigint not null default 0,
    newest_at timestamptz,
    state text not null default 'staged' check (state in ('staged', 'candidate', 'passed', 'held', 'discarded')),
    held_since timestamptz,
    held_by text[] not null default '{}',
    primary key (load_id, feed),
    constraint delivered_rows_add_up check (delivered = accepted + superseded + quarantined)
);

-- One row per refused row and feed, with the first reason and the value as delivered.
create table published.quarantine (
    load_id bigint not null references published.load,
    feed text not null,
    file_id bigint not null references published.file,
    file_name text not null,
    row_number bigint not null,
    column_name text not null,
    reason_code text not null,
    value text,
    also text[] not null default '{}'
);
create index on published.quarantine (load_id, feed);

-- One row per refresh, published table and slice: which edition a reader of that refresh sees.
create table published.manifest (
    refresh_id bigint not null references published.refresh,
    table_name text not null,
    slice_on date not null,
    edition_id bigint not null,
    primary key (refresh_id, table_name, slice_on)
);

-- The pointer. Postgres itself refuses to point at a refresh that has not passed.
create table published.current (
    is_current boolean primary key default true check (is_current),
    refresh_id bigint not null,
    must_be text not null default 'passed' check (must_be = 'passed'),
    moved_at timestamptz not null default clock_timestamp(),
    foreign key (refresh_id, must_be) references published.refresh (refresh_id, state)
);

-- One row per refresh and feed that has ever been accepted: how far its data reach, and whether something is held.
create table published.feed_status (
    refresh_id bigint not null references published.refresh,
    feed text not null,
    data_until timestamptz,
    last_load_id bigint,
    unknown_columns text[] not null default '{}',
    primary key (refresh_id, feed)
);

-- One row per rule and gate run: the history of every check.
create table published.check_result (
    refresh_id bigint not null references published.refresh,
    gate text not null check (gate in ('delivery', 'figures')),
    table_name text not null,
    rule_id text not null,
    level text not null check (level in ('block', 'warn', 'info')),
    outcome text not null check (outcome in ('passed', 'failed', 'raised')),
    observed jsonb,
    unexpected_count bigint,
    element_count bigint,
    checked_at timestamptz not null default clock_timestamp(),
    primary key (refresh_id, gate, table_name, rule_id)
);

-- One row per rule that a steward let pass, with the reason: shown in amber wherever its figures stand.
create table published.release (
    refresh_id bigint not null references published.refresh,
    table_name text not null,
    rule_id text not null,
    reason text not null check (length(trim(reason)) > 0),
    released_by text not null,
    released_at timestamptz not null default clock_timestamp(),
    published_refresh_id bigint references published.refresh,
    primary key (refresh_id, table_name, rule_id)
);

-- One row per setting of the whole warehouse, such as reporting_zone and reporting_currency.
create table published.setting (
    name text primary key,
    value text not null
);

-- The whole manifest of the refresh being made: published slices with the new editions in place. Seen by the gate alone.
create table ops.candidate (
    refresh_id bigint not null,
    table_name text not null,
    slice_on date not null,
    edition_id bigint not null,
    primary key (refresh_id, table_name, slice_on)
);

-- Slices that must be made again once the feeds they need are no longer held.
create table ops.pending_slice (
    table_name text not null,
    slice_on date not null,
    primary key (table_name, slice_on)
);
