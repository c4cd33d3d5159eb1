-- Lines of delivered files that are no rows: refused on landing, before any feed claims them.

-- One row per delivered record that could not be read. `detail` says counts and positions, never what stood there.
create table ops.broken_line (
    file_id bigint not null,
    row_number bigint not null,
    line_number bigint not null,
    reason_code text not null,
    detail text not null,
    primary key (file_id, row_number)
);
