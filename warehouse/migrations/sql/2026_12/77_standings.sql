-- Where customers stand at each month's end, kept: worked out anew for each table that tells of it, it was most of a refresh.
-- Both tables are unlogged: what is lost with a crash is worked out again, the one being empty with the other. (On a Citus cluster, where
-- one server may lose its part alone, `distribute` has them logged.)

-- One row per matrix, month and customer who stands in it, or stood in it the month before (cell `gone`). The sides are those of
-- the cuts, beyond the band: 1 above, 0 below, null within.
create unlogged table curated.fct_standing (
    matrix text not null,
    slice_on date not null,
    customer_id bigint not null,
    measured_by text,
    from_cell text not null,
    cell text not null,
    is_near boolean not null,
    x double precision,
    y double precision,
    spend numeric not null,
    orders bigint not null,
    x_cut double precision,
    y_cut double precision,
    x_corner double precision,
    y_corner double precision,
    x_side smallint,
    y_side smallint,
    x_corner_side smallint,
    y_corner_side smallint
);
create index on curated.fct_standing (matrix, slice_on);

-- One row per matrix: the last month that is kept, with all before it.
create unlogged table curated.standing_until (
    matrix text primary key,
    until_on date not null
);

-- The cell of each customer at the end of each month in `slices`, and the cell of the month before: `new` where they stood
-- nowhere. Who stood somewhere and stands nowhere now has the cell `gone`. Only months that are kept.
create or replace function curated.standing(matrices text[], slices date[], cuts jsonb)
returns table (
    matrix text,
    slice_on date,
    customer_id bigint,
    from_cell text,
    to_cell text,
    is_near boolean,
    x double precision,
    y double precision,
    spend numeric,
    orders bigint
)
language sql stable parallel safe rows 100000
begin atomic
    select
        s.matrix,
        s.slice_on,
        s.customer_id,
        s.from_cell,
        s.cell as to_cell,
        s.is_near,
        s.x,
        s.y,
        s.spend,
        s.orders
    from curated.fct_standing as s
    where s.matrix = any($1) and s.slice_on = any($2);
end;
