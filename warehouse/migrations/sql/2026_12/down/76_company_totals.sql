-- Days and all codes at once again, added up from the branches as each edition saw them.
drop function access.company_promises(bigint, text, date, date);
drop view published.complaint_company;
drop view gate.figures_complaint_company;
drop view gate.replaced_complaint_company;
drop table published.complaint_company_edition;
create table published.complaint_company_edition (
    edition_id bigint not null,
    slice_on date not null,
    opened_on date,
    category_code text,
    severity_code text,
    channel_code text,
    cause_code text,
    decided bigint not null,
    breached bigint not null
);
with editions as (
    select distinct
        edition_id,
        slice_on
    from published.manifest
    where table_name = 'complaint_company'
)

insert into published.complaint_company_edition (
    edition_id, slice_on, opened_on, category_code, severity_code, channel_code, cause_code, decided, breached
)
select
    e.edition_id,
    e.slice_on,
    c.opened_on,
    c.category_code,
    c.severity_code,
    c.channel_code,
    c.cause_code,
    sum(c.sla_met + c.sla_breached_closed + c.sla_breached_open) as decided,
    sum(c.sla_breached_closed + c.sla_breached_open) as breached
from editions as e
inner join published.complaint_cohort as c on e.edition_id = c.refresh_id and e.slice_on = c.slice_on
group by e.edition_id, e.slice_on, c.opened_on, c.category_code, c.severity_code, c.channel_code, c.cause_code
having sum(c.sla_met + c.sla_breached_closed + c.sla_breached_open) > 0;
select ops.open_edition('complaint_company', 'company_totals');
