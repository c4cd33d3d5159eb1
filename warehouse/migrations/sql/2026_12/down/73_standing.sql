create or replace function published.standings_touched(name text, first_on date, changed_on date, data_until timestamptz, zone text)
returns setof date
language sql stable
begin atomic
    with standing as (
        select m.slice_on
        from published.current as c
        inner join published.manifest as m on c.refresh_id = m.refresh_id
        where m.table_name = $1
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

drop view ops.standing;
