-- Views that people have saved by name: the address of a page, no figures. Nothing is remembered that nobody has named.
-- Read under row security; written through the two functions below alone.

-- One row per view. `shared_with` is the branch whose people may open it too; null: its owner alone.
create table published.saved_view (
    view_id bigint generated always as identity primary key,
    person text not null,
    page text not null,
    name text not null,
    address jsonb not null,
    shared_with text,
    saved_at timestamptz not null default clock_timestamp(),
    unique (person, page, name)
);
create index on published.saved_view (shared_with) where shared_with is not null;
alter table published.saved_view enable row level security;
create policy own_and_shared on published.saved_view for select to reader
using (
    (select access.is_known())
    and (person = (select access.person()) or shared_with = any(array(select access.visible_branches())))
);

-- Whether this is what a page's address says: an object of lists of texts, 4000 bytes in all.
create function access.is_address(asked jsonb) returns boolean
language sql immutable set search_path = ''
return case
    when asked is null or jsonb_typeof(asked) <> 'object' then false
    when octet_length(cast(asked as text)) > 4000 then false
    when jsonb_path_exists(asked, 'strict $.* ? (@.type() != "array")') then false
    else not jsonb_path_exists(asked, 'strict $.*[*] ? (@.type() != "string")')
end;

-- Save a view of the person named, or save it anew where one of that page has the name already; its number.
-- Raises where nobody with a grant in force is named, where name, page or address are none, where the branch is not one
-- that the person may see, and beyond 200 views.
create function access.save_view(page text, name text, address jsonb, shared_with text) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    called text := btrim(save_view.name);
    saved bigint;
begin
    if not access.is_known() then
        raise insufficient_privilege using message = 'only a person with a grant in force may save a view';
    end if;
    if called is null or char_length(called) not between 1 and 60 or called ~ '[[:cntrl:]]' then
        raise invalid_parameter_value using message = 'the name of a view has 1 to 60 characters on one line';
    end if;
    if save_view.page is null or save_view.page <> all(array[
        'overview', 'lead_sources', 'calls_events', 'segments', 'complaints', 'satisfaction', 'retention', 'my_branch',
        'data_health', 'metrics'
    ]) then
        raise invalid_parameter_value using message = 'there is no such page';
    end if;
    if not access.is_address(save_view.address) then
        raise invalid_parameter_value using message = 'the address of a view is lists of texts, 4000 bytes in all';
    end if;
    if save_view.shared_with is not null and save_view.shared_with not in (select access.visible_branches()) then
        raise insufficient_privilege using message = 'a view is shared in a branch that its owner may see, or in none';
    end if;
    if (
        select count(*) >= 200
        from published.saved_view as v
        where v.person = access.person() and (v.page, v.name) <> (save_view.page, called)
    ) then
        raise exception 'nobody keeps more than 200 views: delete one first';
    end if;
    insert into access.audit (person, action, detail)
    values (
        access.person(),
        'view saved',
        jsonb_build_object('page', save_view.page, 'name', called, 'shared_with', save_view.shared_with)
    );
    insert into published.saved_view as v (person, page, name, address, shared_with)
    values (access.person(), save_view.page, called, save_view.address, save_view.shared_with)
    on conflict on constraint saved_view_person_page_name_key do update
    set address = excluded.address, shared_with = excluded.shared_with, saved_at = excluded.saved_at
    returning v.view_id into saved;
    return saved;
end;
$$;

-- Delete a view of the person named; its number. Raises where that person has none of this number.
create function access.delete_view(view_id bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    gone published.saved_view;
begin
    select v.* into gone
    from published.saved_view as v
    where v.view_id = delete_view.view_id and v.person = access.person() and access.is_known();
    if not found then
        raise no_data_found using message = 'no view of this number is yours to delete';
    end if;
    insert into access.audit (person, action, detail)
    values (
        access.person(),
        'view deleted',
        jsonb_build_object('page', gone.page, 'name', gone.name, 'shared_with', gone.shared_with)
    );
    delete from published.saved_view as v where v.view_id = gone.view_id;
    return gone.view_id;
end;
$$;

revoke all on function access.is_address(jsonb) from public;
revoke all on function access.save_view(text, text, jsonb, text) from public;
revoke all on function access.delete_view(bigint) from public;
grant execute on function access.save_view(text, text, jsonb, text) to reader;
grant execute on function access.delete_view(bigint) to reader;
