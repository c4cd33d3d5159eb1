-- What people take away is written down before it is made: by whom, from which page, in which form, of which scope and refresh.
-- Raises where nobody with a grant in force is named, or where the form is none that pages make.
create function access.note_export(page text, form text, title text, scope text, refresh_id bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    longest constant int := 300;
    noted bigint;
begin
    if not access.is_known() then
        raise insufficient_privilege using message = 'only a person with a grant in force may take figures away';
    end if;
    if note_export.form is null or note_export.form not in ('csv', 'xlsx', 'png', 'svg', 'pdf') then
        raise invalid_parameter_value using message = 'pages are taken away as csv, xlsx, png, svg or pdf';
    end if;
    insert into access.audit (person, action, detail)
    values (
        access.person(),
        'export',
        jsonb_build_object(
            'page', left(note_export.page, longest),
            'form', note_export.form,
            'title', left(note_export.title, longest),
            'scope', left(note_export.scope, longest),
            'refresh_id', note_export.refresh_id
        )
    )
    returning audit_id into noted;
    return noted;
end;
$$;

revoke all on function access.note_export(text, text, text, text, bigint) from public;
grant execute on function access.note_export(text, text, text, text, bigint) to reader;
