-- What pages ask costs less: months where days matter in one of them alone, and the places of a person told once, in order.

-- The branches that the person named may see, in the order of an index; before them '' for who sees the whole company.
create function access.own_places() returns text[]
language sql stable security definer set search_path = ''
begin atomic
    with held as materialized (
        select
            g.scope_kind,
            g.scope_id
        from access.valid_grants() as g
    ),

    own as (
        select b.branch_id
        from access.branch as b
        where exists (
            select
            from held as h
            where
                h.scope_kind = 'company'
                or (h.scope_kind = 'region' and h.scope_id = b.region_id)
                or (h.scope_kind = 'branch' and h.scope_id = b.branch_id)
        )
    ),

    place as (
        select '' as place
        where
            exists (select from held)
            and (select count(*) from own) = (select count(*) from access.branch)
        union all
        select o.branch_id as place
        from own as o
        where o.branch_id <> ''
    )

    select array(
        select place from place
        order by place collate "C"
    );
end;
revoke all on function access.own_places() from public;
grant execute on function access.own_places() to reader;

update ops.sums set grains = '{
    company month, company month method_code, company month wave_code, branch month, company day, company day method_code,
    company day wave_code, branch day
}'
where table_name = 'survey_cohort';
update ops.sums set grains = '{company month, branch month, company day, branch day}'
where table_name = 'complaint_resolved';
delete from published.survey_cohort_sums_edition;
delete from published.complaint_resolved_sums_edition;
select ops.write_sums('survey_cohort', e.edition_id, null)
from (select distinct edition_id from published.survey_cohort_edition) as e;
select ops.write_sums('complaint_resolved', e.edition_id, null)
from (select distinct edition_id from published.complaint_resolved_edition) as e;
select ops.open_sums('complaint_recovery', 'resolved_on', '{branch month, branch day}');

-- A row's slice is told by the manifest, as in all views of its kind: then slices outside of the period are not looked up.
do $$
begin
    execute format(
        'create or replace view published.complaint_recovery_sums with (security_invoker = true) as %s',
        regexp_replace(pg_get_viewdef('published.complaint_recovery_sums'::regclass), '\mt\.slice_on,', 'm.slice_on,', 'g')
    );
end;
$$;

-- An index sorts the values it is asked for at every slice: those in its own order, byte by byte, are sorted at a glance. Durations
-- are looked up by what is measured first.
do $$
declare
    sums text;
    keys text;
begin
    for sums in select table_name || '_sums_edition' from ops.sums loop
        keys := 'edition_id, slice_on, grain'
            || case when sums = 'complaint_duration_sums_edition' then ', measure, clock' else '' end;
        execute format('drop policy own_sums on published.%I', sums);
        execute format(
            'create policy own_sums on published.%I for select to reader using ('
            'coalesce(branch_id, '''') collate "C" = any(cast((select access.own_places()) as text[])))', sums
        );
        execute format('drop index if exists published.%I', sums || '_own_idx');
        execute format('drop index if exists published.%I', sums || '_edition_id_slice_on_grain_idx');
        execute format(
            'create index %I on published.%I (%s, (coalesce(branch_id, '''') collate "C"))', sums || '_own_idx', sums, keys
        );
    end loop;
end;
$$;
drop index published.complaint_duration_sums_asked;
