-- Which backups were made: so that whoever sees the warehouse, and not the folder where they lie, can tell how old the newest is.

-- One row per backup, written once its file is whole: it holds everything that was committed before taken_at.
create table ops.backup (
    taken_at timestamptz primary key,
    finished_at timestamptz not null default clock_timestamp(),
    file_name text not null,
    byte_count bigint not null
);
