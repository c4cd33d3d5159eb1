-- Who came in, who was turned away, and who looked as somebody else.

create index on access.audit (person, happened_at);

-- Write down that the person named has come; whether they may come in. Nobody is named where the provider has not verified the
-- address: `claimed` says which it was. One row for each sign-in, however often a page is opened after it; and one an hour for
-- whoever comes without one (the demo's people) or is turned away.
create function access.note_visit(claimed text, signed_in_at timestamptz) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    longest constant int := 300;
    visitor constant text := coalesce(access.person(), 'nobody');
    because constant text := case
        when access.person() is null then 'address not verified'
        when not access.is_known() then 'no grant in force'
    end;
    said_before constant interval := case
        when because is null and note_visit.signed_in_at is not null then interval '1 day' else interval '1 hour'
    end;
    said constant text := case when because is null then 'sign-in' else 'refusal' end;
    told constant jsonb := jsonb_strip_nulls(
        jsonb_build_object(
            'because', because,
            'address', left(note_visit.claimed, longest),
            'signed_in_at', case when because is null then note_visit.signed_in_at end
        )
    );
begin
    if not exists (
        select
        from access.audit as a
        where
            a.person = visitor
            and a.action = said
            and a.detail = told
            and a.happened_at > clock_timestamp() - said_before
    ) then
        insert into access.audit (person, action, detail) values (visitor, said, told);
    end if;
    return because is null;
end;
$$;

-- Whom the person named may look as, one row per person: everybody with a grant in force, for those who may; for others none.
create function access.people() returns table (person text, role_names text[])
language sql stable security definer set search_path = ''
begin atomic
    select
        g.person,
        array_agg(distinct g.role order by g.role) as role_names
    from access.grants as g
    where
        access.onlooker() is null
        and access.may_look_as_others(access.person())
        and g.person <> access.person()
        and now() >= g.valid_from
        and (g.valid_until is null or now() < g.valid_until)
    group by g.person
    order by g.person;
end;

-- Whether the person named may look as `somebody` from now on; written down whatever the answer.
create function access.view_as(somebody text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    longest constant int := 300;
    is_given constant boolean := view_as.somebody in (select p.person from access.people() as p);
begin
    insert into access.audit (person, action, detail)
    values (
        coalesce(access.person(), 'nobody'),
        case when is_given then 'view as' else 'view as refused' end,
        jsonb_build_object('looking_as', left(view_as.somebody, longest))
    );
    return is_given;
end;
$$;

-- Every change that a page makes writes its audit row first: here it is stopped where somebody looks as another person. What
-- may be done so, taking figures away, stands under the name of who did it.
create function access.change_nothing_as_others() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if access.onlooker() is null then
        return new;
    end if;
    if new.action not in ('export', 'contact card refused', 'view as refused') then
        raise insufficient_privilege using message = 'whoever looks as somebody else changes nothing';
    end if;
    new.detail := new.detail || jsonb_build_object('looking_as', access.person());
    new.person := access.onlooker();
    return new;
end;
$$;
create trigger change_nothing_as_others before insert on access.audit
for each row execute function access.change_nothing_as_others();

revoke all on function access.note_visit(text, timestamptz) from public;
revoke all on function access.people() from public;
revoke all on function access.view_as(text) from public;
revoke all on function access.change_nothing_as_others() from public;
grant execute on function access.note_visit(text, timestamptz) to reader;
grant execute on function access.people() to reader;
grant execute on function access.view_as(text) to reader;
