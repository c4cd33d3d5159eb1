-- Contact cards: the one way from a case to the person behind it, for the head of the branch who must call, with a reason.

-- Whether the person named heads the branch: by a grant as branch head for the company, its region or the branch itself.
create function access.heads(asked text) returns boolean
language sql stable security definer set search_path = ''
return asked in (
    select b.branch_id
    from access.branch as b
    inner join access.valid_grants() as g
        on
            g.scope_kind = 'company'
            or (g.scope_kind = 'region' and b.region_id = g.scope_id)
            or (g.scope_kind = 'branch' and b.branch_id = g.scope_id)
    where g.role = 'branch_head'
);

-- Whom a case is about, and whose case it is: of a lead, a complaint or a survey the branch that has it, of a customer the home.
create function access.behind_case(kind text, code text)
returns table (branch_id text, customer_code text, phone_hash text)
language sql stable set search_path = ''
as $$
    select
        d.branch_id,
        d.customer_code,
        cast(null as text) as phone_hash
    from curated.dim_customer as d
    where behind_case.kind = 'customer' and d.customer_code = behind_case.code
    union all
    select
        l.branch_id,
        l.customer_id,
        l.phone_hash
    from staging.now_leads as l
    where behind_case.kind = 'lead' and l.lead_id = behind_case.code
    union all
    select
        c.branch_id,
        c.customer_code,
        cast(null as text) as phone_hash
    from curated.fct_complaint as c
    where behind_case.kind = 'complaint' and c.complaint_id = behind_case.code
    union all
    select
        s.branch_id,
        s.customer_code,
        cast(null as text) as phone_hash
    from curated.fct_survey as s
    where behind_case.kind = 'survey' and s.invite_id = behind_case.code
$$;

-- The sealed name and phone of the person behind a case, in one row. `answer` says whether they are given: if not, they are
-- null. The audit row is written first, whatever the answer: so a refusal is an answer, because an error would take it back.
-- Somebody else's case and none at all are refused in the same words.
create function access.contact_card(kind text, code text, reason text)
returns table (answer text, customer_code text, sealed_name bytea, sealed_phone bytea)
language plpgsql security definer set search_path = ''
as $$
declare
    longest constant int := 300;
    said text := btrim(contact_card.reason, E' \t\r\n\u00a0\u3000');
    behind record;
    answered text;
begin
    select c.branch_id, c.customer_code, c.phone_hash
    into behind
    from access.behind_case(contact_card.kind, contact_card.code) as c;

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
        case answered when 'given' then 'contact card' else 'contact card refused' end,
        jsonb_build_object(
            'kind', left(contact_card.kind, longest),
            'code', left(contact_card.code, longest),
            'customer', case answered when 'given' then behind.customer_code end,
            'reason', left(said, longest),
            'answer', answered
        )
    );

    if answered <> 'given' then
        return query select answered, cast(null as text), cast(null as bytea), cast(null as bytea);
        return;
    end if;
    return query
    select answered, behind.customer_code, n.value, p.value
    from (values (behind.customer_code)) as asked (code)
    left join staging.now_customers as c on asked.code = c.customer_id
    left join vault.sealed as n on c.customer_name_hash = n.token
    left join vault.sealed as p on coalesce(behind.phone_hash, c.phone_hash) = p.token;
end;
$$;

revoke all on function access.heads(text) from public;
revoke all on function access.behind_case(text, text) from public;
revoke all on function access.contact_card(text, text, text) from public;
grant execute on function access.contact_card(text, text, text) to reader;

-- The audit trail is only ever added to, by its owner as well.
create function access.refuse_to_rewrite() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise insufficient_privilege using message = 'the audit trail is only added to';
end;
$$;
revoke all on function access.refuse_to_rewrite() from public;
create trigger append_only before update or delete or truncate on access.audit
for each statement execute function access.refuse_to_rewrite();
