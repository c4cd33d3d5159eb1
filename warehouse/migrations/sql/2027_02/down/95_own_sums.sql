do $$
declare
    sums text;
begin
    for sums in select table_name || '_sums_edition' from ops.sums where table_name <> 'complaint_duration' loop
        execute format('drop policy own_sums on published.%I', sums);
        execute format(
            'create policy own_sums on published.%I for select to reader using ('
            'branch_id = any(array(select access.visible_branches()))'
            ' or (branch_id is null and (select access.sees_whole_company())))', sums
        );
        execute format('create index on published.%I (edition_id, slice_on, grain)', sums);
        execute format('drop index published.%I', sums || '_own_idx');
    end loop;
end;
$$;
