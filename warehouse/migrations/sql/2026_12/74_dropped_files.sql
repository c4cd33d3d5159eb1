-- What a steward drops on the page: the files wait sealed in the inbox, are tried as a dry run, and only then refreshed or
-- put away. How far a refresh has read, for whoever waits for it.

-- Grows while files are read.
alter table published.refresh add column rows_received bigint not null default 0;

-- The loads of dry runs that are under way, or were cut off. What is only tried stands on no page: nobody sees them.
create function access.loads_on_trial() returns setof bigint
language sql stable security definer set search_path = ''
begin atomic
    select l.load_id
    from published.load as l
    inner join published.refresh as r on l.refresh_id = r.refresh_id
    where r.is_trial;
end;

revoke all on function access.loads_on_trial() from public;
grant execute on function access.loads_on_trial() to reader;

alter policy known_people on published.load_feed using (
    (select access.is_known()) and load_id not in (select access.loads_on_trial())
);
alter policy known_people on published.check_result using (
    (select access.is_known())
    and refresh_id not in (
        select r.refresh_id from published.refresh as r
        where r.is_trial
    )
);

alter table published.job drop constraint job_kind_check;
alter table published.job add constraint job_kind_check
check (kind in ('release', 'discard', 'rollback', 'compare', 'try', 'take', 'put_away'));

-- Fifty files are more than an index holds as they are.
drop index published.job_asked_once;
create unique index job_asked_once on published.job (kind, md5(cast(details as text)))
where state in ('waiting', 'running');

-- Whether `files` names files as the inbox keeps them: what each was called, under which token it lies, its bytes and SHA-256.
-- At most 50 files of 64 MiB each.
create function access.are_dropped_files(files jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $body$
declare
    file jsonb;
begin
    if jsonb_typeof(files) is distinct from 'array' or jsonb_array_length(files) not between 1 and 50 then
        return false;
    end if;
    for file in select f.value from jsonb_array_elements(files) as f (value) loop
        if jsonb_typeof(file) <> 'object'
            or array(select jsonb_object_keys(file) order by 1) <> array['bytes', 'hash', 'name', 'token']
            or jsonb_typeof(file -> 'bytes') <> 'number'
            or file ->> 'bytes' !~ '^[0-9]{1,8}$'
            or cast(file ->> 'bytes' as bigint) > 67108864
            or file ->> 'hash' !~ '^[0-9a-f]{64}$'
            or file ->> 'token' !~ '^[0-9a-f]{32}$'
            or jsonb_typeof(file -> 'name') <> 'string'
            or length(file ->> 'name') not between 1 and 200
            or file ->> 'name' ~ '[[:cntrl:]/\\]' then
            return false;
        end if;
    end loop;
    return true;
end;
$body$;

revoke all on function access.are_dropped_files(jsonb) from public;

-- Ask for a job; its number. Only stewards may; what is asked for must be complete and known. Asked for twice, it is one job.
create or replace function access.ask_job(kind text, details jsonb) returns bigint
language plpgsql security definer set search_path = ''
as $body$
declare
    numbered constant text := case
        when kind in ('release', 'rollback') then 'refresh_id'
        when kind = 'discard' then 'load_id'
        when kind in ('take', 'put_away') then 'job_id'
    end;
    wanted constant text[] := array_remove(
        array[numbered, case kind when 'release' then 'reason' when 'try' then 'files' end], null
    );
    job bigint;
begin
    if not access.has_role('data_steward') then
        raise exception 'only a data steward may ask for this' using errcode = 'insufficient_privilege';
    end if;
    if kind is null or kind not in ('release', 'discard', 'rollback', 'compare', 'try', 'take', 'put_away') then
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
    if kind = 'try' and not access.are_dropped_files(details -> 'files') then
        raise exception 'files are at most 50 of 64 MiB, each with bytes, hash, name and token'
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
