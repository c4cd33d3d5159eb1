-- What people have asked to be sent, what was sent to whom, and the alerts that stand open.

-- One row per thing that somebody is sent: a page by its cadence, or alerts. The address is that of the page, as in a saved
-- view; the channel is `mail`, to the address by which the person is known, or the name of a webhook of the operator's.
create table published.subscription (
    subscription_id bigint generated always as identity primary key,
    person text not null,
    what text not null,
    address jsonb not null,
    cadence text not null check (cadence in ('refresh', 'day', 'week', 'month', 'alert')),
    channel text not null,
    lang text not null check (lang in ('en', 'zh_CN')),
    subscribed_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    check ((what = 'alerts') = (cadence = 'alert'))
);
create unique index subscription_runs_once on published.subscription (person, what, channel, md5(cast(address as text)))
where ended_at is null;
alter table published.subscription enable row level security;
create policy own on published.subscription for select to reader
using ((select access.is_known()) and person = (select access.person()));

-- One row per letter: made once for an occasion, and a digest once for a refresh. What it says is written anew whenever it is
-- tried, from that refresh and the grants of that moment. Its message_id stays, so that mail servers know a repetition.
create table ops.letter (
    letter_id bigint generated always as identity primary key,
    subscription_id bigint not null references published.subscription,
    kind text not null check (kind in ('digest', 'alerts')),
    occasion text not null,
    refresh_id bigint not null references published.refresh,
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'failed', 'withdrawn')),
    attempts int not null default 0,
    made_at timestamptz not null,
    next_try_at timestamptz not null,
    finished_at timestamptz,
    message_id text not null unique,
    because text,
    unique (subscription_id, occasion)
);
create unique index letter_of_a_refresh on ops.letter (subscription_id, refresh_id) where kind = 'digest';
create index letter_to_send on ops.letter (next_try_at) where state in ('waiting', 'sending');

-- One row per thing that somebody is warned of, from when it was first noticed until it is over.
create table ops.alert (
    alert_id bigint generated always as identity primary key,
    subscription_id bigint not null references published.subscription,
    kind text not null check (kind in ('signal', 'promise', 'late', 'held', 'undelivered')),
    subject text not null,
    state text not null default 'pending' check (state in ('pending', 'firing', 'resolved')),
    since timestamptz not null,
    noticed_at timestamptz not null,
    fired_at timestamptz,
    resolved_at timestamptz,
    evidence jsonb not null,
    fired_in bigint references ops.letter,
    resolved_in bigint references ops.letter
);
create unique index alert_open_once on ops.alert (subscription_id, kind, subject) where state <> 'resolved';

-- Whoever sends holds a lock on this table, so that there is but one.
create table ops.lock_post ();

-- Ask to be sent a page or alerts, or ask anew with another cadence or language; the number of the subscription. Raises where
-- nobody with a grant in force is named, where a region or branch of the address is not that person's to see, for a page,
-- address, cadence or language that is none, and beyond 50. Pages offer mail alone; whoever works as the owner may name a
-- webhook, acts for others, and says in `app.operator` who does.
create function access.subscribe(what text, address jsonb, cadence text, channel text, lang text) returns bigint
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    is_owner constant boolean := pg_has_role(session_user, current_user, 'member');
    operator constant text := case when is_owner then nullif(current_setting('app.operator', true), '') end;
    kept bigint;
begin
    if not access.is_known() then
        raise insufficient_privilege using message = 'only a person with a grant in force is sent figures';
    end if;
    if subscribe.what is null or subscribe.what <> all(array[
        'alerts', 'overview', 'lead_sources', 'calls_events', 'segments', 'complaints', 'satisfaction', 'retention',
        'my_branch', 'data_health', 'metrics'
    ]) then
        raise invalid_parameter_value using message = 'there is no such page';
    end if;
    if not access.is_address(subscribe.address) then
        raise invalid_parameter_value using message = 'the address of a page is lists of texts, 4000 bytes in all';
    end if;
    if subscribe.cadence is null or subscribe.cadence <> all(array['refresh', 'day', 'week', 'month', 'alert'])
        or (subscribe.what = 'alerts') <> (subscribe.cadence = 'alert') then
        raise invalid_parameter_value using message = 'pages come with every refresh, day, week or month, alerts when there are any';
    end if;
    if subscribe.lang is null or subscribe.lang <> all(array['en', 'zh_CN']) then
        raise invalid_parameter_value using message = 'letters are written in en or zh_CN';
    end if;
    if subscribe.channel is distinct from 'mail' and (not is_owner or subscribe.channel !~ '^[a-z][a-z0-9_]{0,30}$') then
        raise invalid_parameter_value using message = 'there is no such channel';
    end if;
    if exists (
        select from jsonb_array_elements_text(subscribe.address -> 'region') as r (region_id)
        where r.region_id not in (select v.region_id from access.visible_regions() as v (region_id))
    ) or exists (
        select from jsonb_array_elements_text(subscribe.address -> 'branch') as b (branch_id)
        where b.branch_id not in (select v.branch_id from access.visible_branches() as v (branch_id))
    ) then
        raise insufficient_privilege using message = 'people are sent regions and branches that they may see, and no others';
    end if;
    if (select count(*) >= 50 from published.subscription as s where s.person = access.person() and s.ended_at is null) then
        raise exception 'nobody is sent more than 50 things: end one first';
    end if;
    insert into access.audit (person, action, detail)
    values (
        coalesce(operator, access.person()),
        'subscription',
        jsonb_build_object(
            'for', access.person(), 'page', subscribe.what, 'address', subscribe.address, 'cadence', subscribe.cadence,
            'channel', subscribe.channel
        )
    );
    insert into published.subscription as s (person, what, address, cadence, channel, lang)
    values (
        access.person(), subscribe.what, subscribe.address, subscribe.cadence, subscribe.channel, subscribe.lang
    )
    on conflict (person, what, channel, md5(cast(address as text))) where ended_at is null do update
    set cadence = excluded.cadence, lang = excluded.lang
    returning s.subscription_id into kept;
    return kept;
end;
$$;

-- End a subscription of the person named; its number. Raises where that person has none of this number that runs.
create function access.unsubscribe(subscription_id bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    operator constant text := case
        when pg_has_role(session_user, current_user, 'member') then nullif(current_setting('app.operator', true), '')
    end;
    ended published.subscription;
begin
    select s.* into ended
    from published.subscription as s
    where
        s.subscription_id = unsubscribe.subscription_id
        and s.person = access.person()
        and s.ended_at is null
        and (access.is_known() or operator is not null);
    if not found then
        raise no_data_found using message = 'no subscription of this number runs for this person';
    end if;
    insert into access.audit (person, action, detail)
    values (
        coalesce(operator, access.person()),
        'subscription ended',
        jsonb_build_object('for', ended.person, 'page', ended.what, 'address', ended.address, 'channel', ended.channel)
    );
    update published.subscription as s set ended_at = clock_timestamp() where s.subscription_id = ended.subscription_id;
    return ended.subscription_id;
end;
$$;

revoke all on function access.subscribe(text, jsonb, text, text, text) from public;
revoke all on function access.unsubscribe(bigint) from public;
grant execute on function access.subscribe(text, jsonb, text, text, text) to reader;
grant execute on function access.unsubscribe(bigint) to reader;
