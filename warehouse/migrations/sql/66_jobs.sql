-- What stewards ask for from the page, and a worker does as the loader: release, discard, roll back, work out what would
-- change. The dashboard is `reader` and writes nothing itself: it asks, and looks at what came of it.

-- One row per thing asked for. `result` says what came of it in codes that the page has words for, `message` in one
-- English sentence for logs and the command line.
create table published.job (
    job_id bigint generated always as identity primary key,
    kind text not null check (kind in ('release', 'discard', 'rollback', 'compare')),
    details jsonb not null,
    asked_by text not null,
    asked_at timestamptz not null default clock_timestamp(),
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'refused', 'failed')),
    step text,
    started_at timestamptz,
    finished_at timestamptz,
    result jsonb,
    message text
);
-- The same thing is not asked for twice at a time, however often a button is pressed.
create unique index job_asked_once on published.job (kind, details) where state in ('waiting', 'running');

-- One row per comparison of what is held with what is published, the newest standing: `changes` holds one entry per metric
-- and region whose figure would change if the loads were let pass, `problem` says why there is none.
create table published.comparison (
    comparison_id bigint generated always as identity primary key,
    made_at timestamptz not null default clock_timestamp(),
    refresh_id bigint not null references published.refresh,
    load_ids bigint[] not null,
    from_on date,
    until_on date,
    compared int not null default 0,
    problem text,
    changes jsonb not null default '[]'
);

alter table published.job enable row level security;
alter table published.comparison enable row level security;
create policy stewards on published.job for select to reader using ((select access.has_role('data_steward')));
create policy stewards on published.comparison for select to reader using ((select access.has_role('data_steward')));
grant select on published.job, published.comparison to reader;

-- The history of one check is read by its name.
create index check_result_of_rule on published.check_result (gate, table_name, rule_id, refresh_id);

-- Whether somebody is at `task` now: whoever works holds the advisory lock of its name, and the server frees it when that one is gone.
create function access.is_under_way(task text) returns boolean
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

-- Ask for a job; its number. Only stewards may; what is asked for must be complete and known. Asked for twice, it is one job.
create function access.ask_job(kind text, details jsonb) returns bigint
language plpgsql security definer set search_path = ''
as $body$
declare
    numbered constant text := case kind when 'release' then 'refresh_id' when 'rollback' then 'refresh_id' when 'discard' then 'load_id' end;
    wanted constant text[] := array_remove(array[numbered, case kind when 'release' then 'reason' end], null);
    job bigint;
begin
    if not access.has_role('data_steward') then
        raise exception 'only a data steward may ask for this' using errcode = 'insufficient_privilege';
    end if;
    if kind is null or kind not in ('release', 'discard', 'rollback', 'compare') then
        raise exception 'there is no job of this kind' using errcode = 'invalid_parameter_value';
    end if;
    if jsonb_typeof(details) is distinct from 'object'
        or array(select jsonb_object_keys(details) order by 1) <> array(select unnest(wanted) order by 1) then
        raise exception 'a job of this kind takes: %', coalesce(nullif(array_to_string(wanted, ', '), ''), 'nothing')
            using errcode = 'invalid_parameter_value';
    end if;
    if numbered is not null and (jsonb_typeof(details -> numbered) <> 'number' or details ->> numbered !~ '^[1-9][0-9]{0,17}$') then
        raise exception '% is a whole number from 1', numbered using errcode = 'invalid_parameter_value';
    end if;
    if kind = 'release' and (
        jsonb_typeof(details -> 'reason') <> 'string' or length(trim(details ->> 'reason')) not between 1 and 500
    ) then
        raise exception 'say why, in at most 500 letters: the reason is shown wherever the released figures stand'
            using errcode = 'invalid_parameter_value';
    end if;

    insert into access.audit (person, action, detail)
    values (access.person(), 'ask ' || kind, jsonb_build_object('what', details::text));
    insert into published.job (kind, details, asked_by)
    values (kind, details, access.person())
    on conflict do nothing
    returning job_id into job;
    if job is null then
        select j.job_id into job
        from published.job as j
        where j.kind = ask_job.kind and j.details = ask_job.details and j.state in ('waiting', 'running');
    end if;
    return job;
end;
$body$;

revoke all on function access.is_under_way(text), access.ask_job(text, jsonb) from public;
grant execute on function access.is_under_way(text), access.ask_job(text, jsonb) to reader;
