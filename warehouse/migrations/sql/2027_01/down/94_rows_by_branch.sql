do $$
declare
    name text;
begin
    foreach name in array '{survey_cohort, segment_move, segment_apostle}'::text[] loop
        execute format('create index on published.%I (edition_id, slice_on)', name || '_edition');
        execute format('drop index published.%I', name || '_edition_edition_id_slice_on_branch_id_idx');
    end loop;
end;
$$;
