-- Lists of what is to be done cost the same in a company of any size: rows have their place in their branch from when they are
-- written, and how many there are is told by sums.

alter table published.action_lead_edition add column leads bigint;
alter table published.action_lead_edition add column late_leads bigint;
alter table published.action_lead_edition add column place bigint;
with placed as (
    select
        edition_id,
        slice_on,
        lead_id,
        due_at < as_of as is_late,
        row_number() over (partition by edition_id, slice_on, branch_id, action order by due_at, lead_id) as place
    from published.action_lead_edition
)

update published.action_lead_edition as t
set leads = 1, late_leads = cast(p.is_late as integer), place = p.place
from placed as p
where t.edition_id = p.edition_id and t.slice_on = p.slice_on and t.lead_id = p.lead_id;

-- `place` is that in the draw, in which whoever was asked comes first; `turn` counts those still to be asked.
alter table published.action_survey_edition add column drawn bigint;
alter table published.action_survey_edition add column asked bigint;
alter table published.action_survey_edition add column turn bigint;
with placed as (
    select
        edition_id,
        slice_on,
        customer_code,
        row_number() over (partition by edition_id, slice_on, branch_id, asked_on is null order by place) as turn
    from published.action_survey_edition
)

update published.action_survey_edition as t
set
    drawn = 1,
    asked = cast(t.asked_on is not null as integer),
    turn = case when t.asked_on is null then p.turn end
from placed as p
where t.edition_id = p.edition_id and t.slice_on = p.slice_on and t.customer_code = p.customer_code;

alter table published.action_answer_edition add column answers bigint;
alter table published.action_answer_edition add column place bigint;
with placed as (
    select
        edition_id,
        slice_on,
        invite_id,
        row_number() over (
            partition by edition_id, slice_on, branch_id
            order by least(recommend / 10, (overall - overall_from) / (overall_to - overall_from)) asc, answered_at desc, invite_id asc
        ) as place
    from published.action_answer_edition
)

update published.action_answer_edition as t
set answers = 1, place = p.place
from placed as p
where t.edition_id = p.edition_id and t.slice_on = p.slice_on and t.invite_id = p.invite_id;

-- One row per customer to whom at least one whole visit is due, instead of one per visit made since the month that counts: the list
-- as pages made it from both, for every refresh that is kept. Where two of them showed the same visits and another standing, the later
-- one gets an edition of its own.
alter table published.action_visit_edition rename to action_visit_made;
drop view published.action_visit;
drop view gate.figures_action_visit;
drop view gate.replaced_action_visit;
create table published.action_visit_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    customer_code text not null,
    customer_kind text,
    portfolio text not null,
    value_tier text,
    last_ordered_on date,
    as_of_on date not null,
    spend numeric not null,
    visits_got bigint not null,
    visits_due numeric not null,
    customers bigint not null,
    place bigint not null
);
create table ops.action_visit_list as
select
    v.refresh_id,
    v.slice_on,
    v.edition_id as made_in,
    s.edition_id as standing_in,
    s.slice_on as standing_of,
    min(v.refresh_id) over (partition by v.slice_on, v.edition_id, s.edition_id) as edition_id
from published.manifest as v
left join published.manifest as s on v.refresh_id = s.refresh_id and s.table_name = 'segment_customer'
where v.table_name = 'action_visit';
with listed as (
    select distinct
        edition_id,
        slice_on,
        made_in,
        standing_in,
        standing_of
    from ops.action_visit_list
),

due as (
    select
        l.edition_id,
        l.slice_on,
        l.made_in,
        c.branch_id,
        c.region_id,
        c.customer_code,
        c.customer_kind,
        c.portfolio,
        c.value_tier,
        c.last_ordered_on,
        c.as_of_on,
        c.spend,
        c.visits_got,
        c.portfolio_visits_due as visits_due
    from listed as l
    inner join published.segment_customer_edition as c on l.standing_in = c.edition_id and l.standing_of = c.slice_on
    where c.branch_id is not null and c.portfolio <> 'unknown' and c.portfolio_visits_due - c.visits_got >= 1
),

since as (
    select
        d.edition_id,
        d.slice_on,
        d.customer_code,
        count(*) as visits
    from due as d
    inner join published.action_visit_made as v
        on d.made_in = v.edition_id and d.slice_on = v.slice_on and d.customer_code = v.customer_code and d.as_of_on < v.visited_on
    group by d.edition_id, d.slice_on, d.customer_code
),

still_due as (
    select
        d.edition_id,
        d.slice_on,
        d.branch_id,
        d.region_id,
        d.customer_code,
        d.customer_kind,
        d.portfolio,
        d.value_tier,
        d.last_ordered_on,
        d.as_of_on,
        d.spend,
        d.visits_due,
        d.visits_got + coalesce(s.visits, 0) as visits_got
    from due as d
    left join since as s on d.edition_id = s.edition_id and d.slice_on = s.slice_on and d.customer_code = s.customer_code
)

insert into published.action_visit_edition (
    edition_id, slice_on, branch_id, region_id, customer_code, customer_kind, portfolio, value_tier, last_ordered_on, as_of_on,
    spend, visits_got, visits_due, customers, place
)
select
    edition_id,
    slice_on,
    branch_id,
    region_id,
    customer_code,
    customer_kind,
    portfolio,
    value_tier,
    last_ordered_on,
    as_of_on,
    spend,
    visits_got,
    visits_due,
    1 as customers,
    row_number() over (
        partition by edition_id, slice_on, branch_id, portfolio
        order by visits_due - visits_got desc, spend desc, customer_code asc
    ) as place
from still_due
where visits_due - visits_got >= 1;
update published.manifest as m
set edition_id = l.edition_id
from ops.action_visit_list as l
where m.table_name = 'action_visit' and m.refresh_id = l.refresh_id and m.slice_on = l.slice_on and m.edition_id <> l.edition_id;
drop table ops.action_visit_list;
drop table published.action_visit_made;
select ops.open_edition('action_visit', 'own_branches');

alter table published.action_lead_edition alter leads set not null, alter late_leads set not null, alter place set not null;
alter table published.action_survey_edition alter drawn set not null, alter asked set not null;
alter table published.action_answer_edition alter answers set not null, alter place set not null;
select ops.view_edition('action_lead');
select ops.view_edition('action_survey');
select ops.view_edition('action_answer');

select ops.open_sums(
    'action_lead', null, '{branch month action}', '{leads, late_leads}',
    '{lead_id, customer_code, source_code, collected_at, assigned_at, owner_staff_id, owner_number, due_at, place}'
);
select ops.open_sums(
    'action_visit', null, '{branch month portfolio}', '{customers}',
    '{customer_code, customer_kind, value_tier, last_ordered_on, spend, visits_got, visits_due, place}'
);
select ops.open_sums(
    'action_survey', null, '{branch month}', '{drawn, asked}',
    '{customer_code, customer_kind, place, last_ordered_on, asked_on, turn}'
);
select ops.open_sums(
    'action_answer', null, '{branch month}', '{answers}',
    '{invite_id, customer_code, complaint_id, method_code, answered_at, recommend, overall, overall_from, overall_to, place}'
);

-- The first of a list are looked up by branch, and sums as all others are: in the order of an index, byte by byte.
do $$
declare
    list record;
    sums text;
    seen text;
begin
    for list in
        select * from (
            values
            ('action_lead', 'action, place'),
            ('action_visit', 'portfolio, place'),
            ('action_survey', 'turn'),
            ('action_answer', 'place')
        ) as _ (name, places)
    loop
        sums := list.name || '_sums_edition';
        execute format(
            'create index %I on published.%I (edition_id, slice_on, branch_id, %s)',
            list.name || '_place_idx', list.name || '_edition', list.places
        );
        execute format('drop index published.%I', list.name || '_edition_edition_id_slice_on_idx');
        execute format('drop policy own_sums on published.%I', sums);
        execute format(
            'create policy own_sums on published.%I for select to reader using ('
            'coalesce(branch_id, '''') collate "C" = any(cast((select access.own_places()) as text[])))', sums
        );
        execute format(
            'create index %I on published.%I (edition_id, slice_on, grain, (coalesce(branch_id, '''') collate "C"))',
            sums || '_own_idx', sums
        );
        execute format('drop index published.%I', sums || '_edition_id_slice_on_grain_idx');
        foreach seen in array array[list.name, list.name || '_sums'] loop
            execute format(
                'create or replace view published.%I with (security_invoker = true) as %s',
                seen, regexp_replace(pg_get_viewdef(format('published.%I', seen)::regclass), '\mt\.slice_on,', 'm.slice_on,', 'g')
            );
        end loop;
    end loop;
end;
$$;
