-- Comments: how many answers carry one, for everybody who sees the answers; and the one way to the words, for the head of the
-- branch, one survey at a time and with a reason.

alter table curated.fct_survey_answer add column has_comment boolean not null default false;
alter table published.survey_score_edition add column commented bigint;
alter table published.survey_case_edition add column commented bigint;

-- The three views of a published table made anew from the columns that its editions have now; what they are, 48_editions.sql says.
create function ops.view_edition(table_name text) returns void
language plpgsql
as $body$
declare
    edition text := table_name || '_edition';
    columns text;
begin
    select string_agg(format('t.%I', a.attname), ', ' order by a.attnum) into strict columns
    from pg_attribute as a
    where a.attrelid = format('published.%I', edition)::regclass and a.attnum > 0 and not a.attisdropped;

    execute format('drop view if exists published.%I', table_name);
    execute format('drop view if exists gate.%I', 'figures_' || table_name);
    execute format('drop view if exists gate.%I', 'replaced_' || table_name);
    execute format(
        'create view published.%I with (security_invoker = true) as'
        ' select m.refresh_id, %s'
        ' from published.manifest as m'
        ' inner join published.%I as t on m.edition_id = t.edition_id and m.slice_on = t.slice_on'
        ' where m.table_name = %L', table_name, columns, edition, table_name
    );
    execute format(
        'create view gate.%I as'
        ' select %s, c.edition_id = c.refresh_id as is_new'
        ' from ops.candidate as c'
        ' inner join published.%I as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id'
        ' where c.table_name = %L', 'figures_' || table_name, columns, edition, table_name
    );
    execute format(
        'create view gate.%I as'
        ' select %s'
        ' from ops.candidate as c'
        ' inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on'
        ' inner join published.%I as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id'
        ' where c.table_name = %L and c.edition_id = c.refresh_id'
        ' and m.refresh_id = (select max(r.refresh_id) from published.refresh as r where r.state = ''passed'')',
        'replaced_' || table_name, columns, edition, table_name
    );
end;
$body$;
select ops.view_edition('survey_score');
select ops.view_edition('survey_case');

-- What was written in one survey: one row an answer with a comment, its words sealed. `answer` says whether they are given: if
-- not, there is one row without any. As with access.contact_card, the audit row is written first, whatever the answer, and
-- somebody else's survey and none at all are refused in the same words.
create function access.read_comments(code text, reason text)
returns table (answer text, question_code text, sealed_comment bytea)
language plpgsql security definer set search_path = ''
as $$
declare
    longest constant int := 300;
    said text := btrim(read_comments.reason, E' \t\r\n\u00a0\u3000');
    behind record;
    answered text;
begin
    select c.branch_id, c.customer_code
    into behind
    from access.behind_case('survey', read_comments.code) as c;

    answered := case
        when access.onlooker() is not null then 'looking as somebody else'
        when access.has_role('branch_head') is not true then 'not a branch head'
        when coalesce(said, '') = '' then 'no reason'
        when access.heads(behind.branch_id) then 'given'
        else 'not of your branch'
    end;

    insert into access.audit (person, action, detail)
    values (
        coalesce(access.person(), 'nobody'),
        case answered when 'given' then 'comments read' else 'comments refused' end,
        jsonb_build_object(
            'kind', 'survey',
            'code', left(read_comments.code, longest),
            'customer', case answered when 'given' then behind.customer_code end,
            'reason', left(said, longest),
            'answer', answered
        )
    );

    if answered <> 'given' then
        return query select answered, cast(null as text), cast(null as bytea);
        return;
    end if;
    return query
    select answered, a.question_code, s.value
    from staging.now_survey_answers as a
    left join vault.sealed as s on a.comment_hash = s.token
    where a.invite_id = read_comments.code and a.comment_hash is not null
    order by a.question_code;
end;
$$;
revoke all on function access.read_comments(text, text) from public;
grant execute on function access.read_comments(text, text) to reader;

-- Whoever looks as somebody else is refused the words too, and that is written down under the name of who asked.
create or replace function access.change_nothing_as_others() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if access.onlooker() is null then
        return new;
    end if;
    if new.action not in ('export', 'comments refused', 'contact card refused', 'view as refused') then
        raise insufficient_privilege using message = 'whoever looks as somebody else changes nothing';
    end if;
    new.detail := new.detail || jsonb_build_object('looking_as', access.person());
    new.person := access.onlooker();
    return new;
end;
$$;
