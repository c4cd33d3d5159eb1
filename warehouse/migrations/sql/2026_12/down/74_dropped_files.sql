-- Back to jobs without dropped files; jobs about such files are gone.

delete from published.job
where kind in ('try', 'take', 'put_away');
alter table published.job drop constraint job_kind_check;
alter table published.job add constraint job_kind_check check (kind in ('release', 'discard', 'rollback', 'compare'));
drop index published.job_asked_once;
create unique index job_asked_once on published.job (kind, details) where state in ('waiting', 'running');

create or replace function access.ask_job(kind text, details jsonb) returns bigint
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


drop function access.are_dropped_files(jsonb);
alter policy known_people on published.load_feed using ((select access.is_known()));
alter policy known_people on published.check_result using ((select access.is_known()));
drop function access.loads_on_trial();
alter table published.refresh drop column rows_received;
