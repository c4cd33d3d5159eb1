-- Advisory locks again.
create or replace function access.is_under_way(task text) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    with asked as (
        select pg_catalog.hashtext(task) as lock_number
    ),

    locks as (
        select (cast(l.classid as bigint) << 32) | cast(l.objid as bigint) as lock_number
        from pg_catalog.pg_locks as l
        inner join pg_catalog.pg_database as d on l.database = d.oid
        where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and d.datname = pg_catalog.current_database()
    )

    select access.is_known() and exists (select from locks inner join asked on locks.lock_number = asked.lock_number);
end;

drop table ops.lock_refresh;
drop table ops.lock_worker;
