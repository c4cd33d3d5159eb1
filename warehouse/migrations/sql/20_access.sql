-- Who may see what: grants, the functions that the row policies ask, the vault and the audit trail.

create table access.grants (
    grant_id bigint generated always as identity primary key,
    person text not null,
    role text not null check (role in ('executive', 'branch_head', 'data_steward')),
    scope_kind text not null check (scope_kind in ('company', 'region', 'branch')),
    scope_id text check ((scope_kind = 'company') = (scope_id is null)),
    valid_from timestamptz not null default now(),
    valid_until timestamptz,
    granted_by text not null,
    granted_at timestamptz not null default now()
);
create index on access.grants (person);

-- Which branch lies in which region: the policies' own copy, written when a refresh is published.
create table access.branch (
    branch_id text primary key,
    region_id text not null
);

create table access.audit (
    audit_id bigint generated always as identity primary key,
    happened_at timestamptz not null default clock_timestamp(),
    person text not null,
    action text not null,
    detail jsonb not null default '{}'
);

-- A keyed hash and the sealed value it stands for. Nothing in the clear, here or elsewhere.
create table vault.sealed (
    token text primary key,
    value bytea not null
);

create function access.person() returns text
language sql stable
return nullif(current_setting('app.person', true), '');

-- Who looks as the person named; null: that person does.
create function access.onlooker() returns text
language sql stable
return nullif(current_setting('app.onlooker', true), '');

-- Whether somebody may look as others: an executive or a data steward of the whole company, who sees every branch anyway.
create function access.may_look_as_others(somebody text) returns boolean
language sql stable security definer set search_path = ''
return somebody in (
    select g.person
    from access.grants as g
    where
        g.role in ('executive', 'data_steward')
        and g.scope_kind = 'company'
        and now() >= g.valid_from
        and (g.valid_until is null or now() < g.valid_until)
);

-- The grants in force of the person named; none where somebody looks as that person who may not.
create function access.valid_grants() returns setof access.grants
language sql stable security definer set search_path = ''
begin atomic
    select
        g.grant_id,
        g.person,
        g.role,
        g.scope_kind,
        g.scope_id,
        g.valid_from,
        g.valid_until,
        g.granted_by,
        g.granted_at
    from access.grants as g
    where
        g.person = access.person()
        and now() >= g.valid_from
        and (g.valid_until is null or now() < g.valid_until)
        and (access.onlooker() is null or access.may_look_as_others(access.onlooker()));
end;

create function access.is_known() returns boolean
language sql stable security definer set search_path = ''
return exists (select from access.valid_grants());

create function access.has_role(asked text) returns boolean
language sql stable security definer set search_path = ''
return asked in (select g.role from access.valid_grants() as g);

create function access.roles() returns setof text
language sql stable security definer set search_path = ''
begin atomic
    select distinct g.role
    from access.valid_grants() as g
    order by g.role;
end;

create function access.visible_branches() returns setof text
language sql stable security definer set search_path = ''
begin atomic
    select b.branch_id
    from access.branch as b
    where exists (
        select
        from access.valid_grants() as g
        where
            g.scope_kind = 'company'
            or (g.scope_kind = 'region' and g.scope_id = b.region_id)
            or (g.scope_kind = 'branch' and g.scope_id = b.branch_id)
    );
end;

-- Totals of the whole company, for comparison: only for who sees every branch, or leaves at least three unseen, so that
-- nobody can take the own figures off and be left with somebody else's.
create function access.sees_company_totals() returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select access.is_known() and count(*) not between 1 and 2
    from access.branch as b
    where b.branch_id not in (select v.branch_id from access.visible_branches() as v (branch_id));
end;

-- Whether no branch is left unseen.
create function access.sees_whole_company() returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select access.is_known() and count(*) = 0
    from access.branch as b
    where b.branch_id not in (select v.branch_id from access.visible_branches() as v (branch_id));
end;

alter table published.refresh enable row level security;
alter table published.load enable row level security;
alter table published.file enable row level security;
alter table published.load_feed enable row level security;
alter table published.quarantine enable row level security;
alter table published.manifest enable row level security;
alter table published.current enable row level security;
alter table published.feed_status enable row level security;
alter table published.check_result enable row level security;
alter table published.setting enable row level security;
alter table published.release enable row level security;

create policy known_people on published.refresh for select to reader using ((select access.is_known()));
create policy known_people on published.current for select to reader using ((select access.is_known()));
create policy known_people on published.feed_status for select to reader using ((select access.is_known()));
create policy known_people on published.check_result for select to reader using ((select access.is_known()));
create policy known_people on published.setting for select to reader using ((select access.is_known()));
create policy known_people on published.load_feed for select to reader using ((select access.is_known()));
create policy known_people on published.release for select to reader using ((select access.is_known()));
create policy passed_only on published.manifest for select to reader
using (
    refresh_id in (
        select r.refresh_id from published.refresh as r
        where r.state = 'passed'
    )
);
create policy stewards on published.load for select to reader using ((select access.has_role('data_steward')));
create policy stewards on published.file for select to reader using ((select access.has_role('data_steward')));
create policy stewards on published.quarantine for select to reader using ((select access.has_role('data_steward')));

revoke all on schema public from public;
grant usage on schema published, access to reader;
revoke all on all functions in schema access from public;
grant execute on all functions in schema access to reader;
revoke execute on function access.valid_grants(), access.may_look_as_others(text) from reader;
grant select on all tables in schema published to reader;
alter default privileges in schema published grant select on tables to reader;
