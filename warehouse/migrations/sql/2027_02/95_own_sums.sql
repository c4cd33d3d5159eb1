-- Who sees a few branches reads the sums of those alone: an index serves one condition, and could not serve two with `or`.
-- '' stands for all branches together; it is given to who sees the whole company, and to nobody else. (Durations of complaints
-- have an index of their own, by what is measured.)
do $$
declare
    sums text;
begin
    for sums in select table_name || '_sums_edition' from ops.sums where table_name <> 'complaint_duration' loop
        execute format('drop policy own_sums on published.%I', sums);
        execute format(
            'create policy own_sums on published.%I for select to reader using (coalesce(branch_id, '''') = any(cast(('
            'select array_append(array_remove(array(select access.visible_branches()), ''''),'
            ' case when access.sees_whole_company() then '''' end)) as text[])))', sums
        );
        execute format('create index %I on published.%I (edition_id, slice_on, grain, coalesce(branch_id, ''''))', sums || '_own_idx', sums);
        execute format('drop index published.%I', sums || '_edition_id_slice_on_grain_idx');
    end loop;
end;
$$;
