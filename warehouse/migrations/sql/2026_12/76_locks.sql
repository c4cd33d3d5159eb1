-- Locks that nobody but the loader can take: an advisory lock could be taken, and kept, by every role that may connect.

-- Tables without rows: whoever is at a task holds a lock on its table, and the server frees it when that one is gone.
create table ops.lock_refresh ();
create table ops.lock_worker ();

-- Whether somebody is at `task` now.
create or replace function access.is_under_way(task text) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    with asked as (
        select oid
        from pg_catalog.pg_class
        where relnamespace = pg_catalog.to_regnamespace('ops') and relname = pg_catalog.replace(task, 'gatehouse.', 'lock_')
    ),

    locks as (
        select l.relation
        from pg_catalog.pg_locks as l
        inner join pg_catalog.pg_database as d on l.database = d.oid
        where l.locktype = 'relation' and l.granted and l.mode = 'ExclusiveLock' and d.datname = pg_catalog.current_database()
    )

    select access.is_known() and exists (select from locks inner join asked on locks.relation = asked.oid);
end;
