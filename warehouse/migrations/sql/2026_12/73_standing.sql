-- What stands published: the newest refresh that passed, wherever the pointer is. A refresh goes on from there, also after
-- readers were shown an earlier one again.

-- One row per published table and slice.
create view ops.standing as
select
    m.table_name,
    m.slice_on,
    m.edition_id
from published.manifest as m
where
    m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create or replace function published.standings_touched(name text, first_on date, changed_on date, data_until timestamptz, zone text)
returns setof date
language sql stable
begin atomic
    with standing as (
        select s.slice_on from ops.standing as s
        where s.table_name = $1
    ),

    ended as (
        select generate_series(date_trunc('month', $2), curated.last_month($4, $5), interval '1 month')::date as slice_on
    )

    select e.slice_on from ended as e
    where e.slice_on >= date_trunc('month', $3) or e.slice_on not in (select s.slice_on from standing as s)
    union
    select s.slice_on from standing as s
    where s.slice_on not in (select e.slice_on from ended as e);
end;
