-- Who sees a few branches reads rows of those alone: the rows of a slice are looked up by their branch.
do $$
declare
    name text;
begin
    foreach name in array '{cost_month, first_touch_month, lead_call, lead_owner, segment_apostle, segment_move, survey_cohort}'::text[] loop
        execute format('create index on published.%I (edition_id, slice_on, branch_id)', name || '_edition');
        execute format('drop index published.%I', name || '_edition_edition_id_slice_on_idx');
    end loop;
end;
$$;
