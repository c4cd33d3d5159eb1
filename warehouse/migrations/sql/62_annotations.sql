-- Annotations: dated notes that data stewards write once, shown on every time axis that they concern. Read under row
-- security; written through the two functions below alone.

-- One row per note. `until_on` is its last day, null where it is one day; `concerns` holds codes of feeds and metrics, none
-- where it concerns every figure; `scope_id` is the region or branch that it is about, null for the company.
create table published.annotation (
    annotation_id bigint generated always as identity primary key,
    from_on date not null,
    until_on date,
    text_en text not null,
    text_zh text not null,
    concerns text[] not null,
    scope_kind text not null,
    scope_id text,
    written_by text not null,
    written_at timestamptz not null default clock_timestamp(),
    withdrawn_by text,
    withdrawn_at timestamptz
);

-- Whether the person named may see any branch of a place: of the company everybody known does.
create function access.sees_place(kind text, place text) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select
        case kind
            when 'company' then access.is_known()
            when 'region' then place = any(array_agg(region_id))
            when 'branch' then place = any(array_agg(branch_id))
        end
    from access.branch
    where branch_id in (select v.branch_id from access.visible_branches() as v (branch_id));
end;

alter table published.annotation enable row level security;
create policy own_places on published.annotation for select to reader
using (withdrawn_at is null and access.sees_place(scope_kind, scope_id));

-- Write a note in the name of the data steward named; its number. Raises for anybody else, for a text that is empty or longer
-- than 300 characters, for days in the wrong order, for codes that can be none, and for a place that there is not.
create function access.annotate(
    from_on date, until_on date, text_en text, text_zh text, concerns text[], scope_kind text, scope_id text
) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    noted bigint;
begin
    if not access.has_role('data_steward') then
        raise insufficient_privilege using message = 'only a data steward may write a note';
    end if;
    if annotate.from_on is null or annotate.until_on < annotate.from_on then
        raise invalid_parameter_value using message = 'a note has a day, and its last day is not before it';
    end if;
    if coalesce(char_length(btrim(annotate.text_en)), 0) not between 1 and 300
        or coalesce(char_length(btrim(annotate.text_zh)), 0) not between 1 and 300 then
        raise invalid_parameter_value using message = 'a note has 1 to 300 characters in English and in Chinese';
    end if;
    if annotate.concerns is null or cardinality(annotate.concerns) > 40
        or exists (select from unnest(annotate.concerns) as c (code) where c.code is null or c.code !~ '^[a-z][a-z0-9_.]{0,60}$') then
        raise invalid_parameter_value using message = 'a note concerns at most 40 feeds or metrics, named by their codes';
    end if;
    if annotate.scope_kind is null or (annotate.scope_kind = 'company') <> (annotate.scope_id is null)
        or access.sees_place(annotate.scope_kind, annotate.scope_id) is not true then
        raise invalid_parameter_value using message = 'a note is about the company, or a region or branch that there is';
    end if;
    insert into access.audit (person, action, detail)
    values (
        access.person(),
        'note written',
        jsonb_build_object(
            'from_on', annotate.from_on,
            'until_on', annotate.until_on,
            'text_en', btrim(annotate.text_en),
            'text_zh', btrim(annotate.text_zh),
            'concerns', annotate.concerns,
            'scope_kind', annotate.scope_kind,
            'scope_id', annotate.scope_id
        )
    );
    insert into published.annotation (from_on, until_on, text_en, text_zh, concerns, scope_kind, scope_id, written_by)
    values (
        annotate.from_on,
        annotate.until_on,
        btrim(annotate.text_en),
        btrim(annotate.text_zh),
        annotate.concerns,
        annotate.scope_kind,
        annotate.scope_id,
        access.person()
    )
    returning annotation_id into noted;
    return noted;
end;
$$;

-- Withdraw a note; its number. Nobody sees it any more, but the row stays. Raises for anybody but a data steward, and for a
-- note that there is not or that is withdrawn already.
create function access.withdraw_annotation(annotation_id bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
begin
    if not access.has_role('data_steward') then
        raise insufficient_privilege using message = 'only a data steward may withdraw a note';
    end if;
    if not exists (
        select
        from published.annotation as a
        where
            a.annotation_id = withdraw_annotation.annotation_id
            and a.withdrawn_at is null
            and access.sees_place(a.scope_kind, a.scope_id)
    ) then
        raise no_data_found using message = 'there is no note of this number to withdraw';
    end if;
    insert into access.audit (person, action, detail)
    values (
        access.person(), 'note withdrawn', jsonb_build_object('annotation_id', withdraw_annotation.annotation_id)
    );
    update published.annotation as a
    set withdrawn_by = access.person(), withdrawn_at = clock_timestamp()
    where a.annotation_id = withdraw_annotation.annotation_id;
    return withdraw_annotation.annotation_id;
end;
$$;

revoke all on function access.sees_place(text, text) from public;
revoke all on function access.annotate(date, date, text, text, text[], text, text) from public;
revoke all on function access.withdraw_annotation(bigint) from public;
grant execute on function access.sees_place(text, text) to reader;
grant execute on function access.annotate(date, date, text, text, text[], text, text) to reader;
grant execute on function access.withdraw_annotation(bigint) to reader;
