-- What lets a page ask of its own months alone, and know at once that somebody sees every branch.

-- A row's slice is told by the manifest, not by the row: then slices outside of the period are not looked up at all.
do $$
declare
    seen record;
begin
    for seen in
        select
            v.viewname,
            v.definition
        from pg_views as v
        where v.schemaname = 'published' and v.definition ~ '\mpublished\.manifest m\M'
    loop
        execute format(
            'create or replace view published.%I with (security_invoker = true) as %s',
            seen.viewname, regexp_replace(seen.definition, '\mt\.slice_on,', 'm.slice_on,', 'g')
        );
    end loop;
end;
$$;

-- Whoever holds a grant of the company sees every branch of it; only others' branches are to be counted.
create or replace function access.sees_whole_company() returns boolean
language sql stable security definer set search_path = ''
return (
    exists (
        select from access.valid_grants() as g
        where g.scope_kind = 'company'
    )
    or (
        access.is_known() and not exists (
            select from access.branch as b
            where b.branch_id not in (select v.branch_id from access.visible_branches() as v (branch_id))
        )
    )
);

-- Of durations a question has one measure on one clock.
create index complaint_duration_sums_asked
on published.complaint_duration_sums_edition (edition_id, slice_on, grain, measure, clock);

-- Every page asks which checks failed, of all that were ever made.
create index check_result_failed on published.check_result (refresh_id) where outcome <> 'passed';
