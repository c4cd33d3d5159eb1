-- Targets as a company delivers them: what a figure should be, of the whole company, a region or a branch, from a day on.

create table curated.dim_target (
    metric_code text not null,
    scope_kind text not null,
    scope_id text,
    period_on date not null,
    target_value numeric
);
create unique index on curated.dim_target (metric_code, scope_kind, coalesce(scope_id, ''), period_on);

create table published.target_edition (
    edition_id bigint not null,
    slice_on date not null,
    metric_code text not null,
    scope_kind text not null,
    scope_id text,
    period_on date not null,
    target_value numeric not null
);
select ops.open_edition('target', 'known_people');

-- The regions of which the person named sees a branch: their targets are that person's, too.
create function access.visible_regions() returns setof text
language sql stable security definer set search_path = ''
begin atomic
    select distinct b.region_id
    from access.branch as b
    where b.branch_id in (select v.branch_id from access.visible_branches() as v (branch_id));
end;
revoke all on function access.visible_regions() from public;
grant execute on function access.visible_regions() to reader;

-- What another branch is asked for is not for everybody to read.
drop policy known_people on published.target_edition;
create policy own_scopes on published.target_edition for select to reader
using (
    (select access.is_known())
    and (
        scope_kind = 'company'
        or (scope_kind = 'region' and scope_id = any(array(select access.visible_regions())))
        or (scope_kind = 'branch' and scope_id = any(array(select access.visible_branches())))
    )
);
