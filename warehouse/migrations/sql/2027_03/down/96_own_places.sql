drop view published.complaint_recovery_sums;
drop table published.complaint_recovery_sums_edition;
delete from ops.sums
where table_name = 'complaint_recovery';

create index complaint_duration_sums_asked
on published.complaint_duration_sums_edition (edition_id, slice_on, grain, measure, clock);
do $$
declare
    sums text;
begin
    for sums in select table_name || '_sums_edition' from ops.sums loop
        execute format('drop index published.%I', sums || '_own_idx');
        execute format('drop policy own_sums on published.%I', sums);
        if sums = 'complaint_duration_sums_edition' then
            execute format(
                'create policy own_sums on published.%I for select to reader using ('
                'branch_id = any(array(select access.visible_branches()))'
                ' or (branch_id is null and (select access.sees_whole_company())))', sums
            );
            execute format('create index on published.%I (edition_id, slice_on, grain)', sums);
        else
            execute format(
                'create policy own_sums on published.%I for select to reader using (coalesce(branch_id, '''') = any(cast(('
                'select array_append(array_remove(array(select access.visible_branches()), ''''),'
                ' case when access.sees_whole_company() then '''' end)) as text[])))', sums
            );
            execute format('create index %I on published.%I (edition_id, slice_on, grain, coalesce(branch_id, ''''))', sums || '_own_idx', sums);
        end if;
    end loop;
end;
$$;

-- Days alone again.
update ops.sums set grains = '{company day, company day method_code, company day wave_code, branch day}'
where table_name = 'survey_cohort';
update ops.sums set grains = '{company day, branch day}'
where table_name = 'complaint_resolved';
delete from published.survey_cohort_sums_edition
where grain like '% month%';
delete from published.complaint_resolved_sums_edition
where grain like '% month%';

drop function access.own_places();
