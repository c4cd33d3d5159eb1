-- All rows of a list again, and the visits that placed customers got since the month that counts: those that the contacts tell, up to
-- what each edition knew.
do $$
declare
    list text;
begin
    foreach list in array '{action_lead, action_visit, action_survey, action_answer}'::text[] loop
        execute format('drop view published.%I', list || '_sums');
        execute format('drop table published.%I', list || '_sums_edition');
        execute format('drop view published.%I', list);
        execute format('drop view gate.%I', 'figures_' || list);
        execute format('drop view gate.%I', 'replaced_' || list);
        execute format('create index on published.%I (edition_id, slice_on)', list || '_edition');
        execute format('drop index published.%I', list || '_place_idx');
    end loop;
end;
$$;
delete from ops.sums
where table_name in ('action_lead', 'action_visit', 'action_survey', 'action_answer');

alter table published.action_lead_edition drop column leads, drop column late_leads, drop column place;
alter table published.action_survey_edition drop column drawn, drop column asked, drop column turn;
alter table published.action_answer_edition drop column answers, drop column place;
drop table published.action_visit_edition;
create table published.action_visit_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    customer_code text not null,
    visited_on date not null
);
with known as (
    select distinct on (m.edition_id, m.slice_on)
        m.edition_id,
        m.slice_on,
        m.refresh_id,
        s.data_until
    from published.manifest as m
    inner join published.feed_status as s on m.refresh_id = s.refresh_id and s.feed = 'contacts'
    where m.table_name = 'action_visit'
    order by m.edition_id, m.slice_on, m.refresh_id
)

insert into published.action_visit_edition (edition_id, slice_on, branch_id, region_id, customer_code, visited_on)
select distinct
    k.edition_id,
    k.slice_on,
    c.branch_id,
    c.region_id,
    c.customer_code,
    v.started_on as visited_on
from known as k
inner join published.segment_customer as c on k.refresh_id = c.refresh_id
inner join curated.dim_customer as d on c.customer_code = d.customer_code
inner join curated.fct_contact as v
    on d.customer_id = v.customer_id and date_trunc('month', c.as_of_on) <= v.started_on and k.data_until >= v.started_at
where c.branch_id is not null and v.purpose_code = 'visit' and v.is_reached;

select ops.open_edition('action_visit', 'own_branches');
create index on published.action_visit_edition (edition_id, customer_code);
select ops.view_edition('action_lead');
select ops.view_edition('action_survey');
select ops.view_edition('action_answer');

-- A row's slice is told by the manifest, as in all views of its kind.
do $$
declare
    list text;
begin
    foreach list in array '{action_lead, action_visit, action_survey, action_answer}'::text[] loop
        execute format(
            'create or replace view published.%I with (security_invoker = true) as %s',
            list, regexp_replace(pg_get_viewdef(format('published.%I', list)::regclass), '\mt\.slice_on,', 'm.slice_on,', 'g')
        );
    end loop;
end;
$$;
