-- Published tables of leads, orders, the monthly five and the matrices: immutable editions of slices, seen through views.

create table published.branch_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    branch_name text,
    region_name text,
    city text,
    opened_on date,
    closed_on date
);

create table published.lead_source_edition (
    edition_id bigint not null,
    slice_on date not null,
    source_code text,
    source_group text,
    label_en text,
    label_zh text
);

create table published.lead_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    collected_on date,
    source_code text,
    leads bigint not null,
    genuine bigint not null,
    fake bigint not null,
    at_genuine bigint not null,
    at_reached bigint not null,
    at_invited bigint not null,
    at_attended bigint not null,
    at_ordered bigint not null,
    at_ordered_again bigint not null,
    at_referred bigint not null,
    ordered bigint not null,
    waited bigint not null,
    ordered_in_30 bigint not null,
    ordered_in_90 bigint not null,
    ordered_in_180 bigint not null
);

create table published.lead_wait_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    collected_on date,
    source_code text,
    bucket integer not null,
    leads bigint not null
);

create table published.order_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    ordered_on date,
    product_line text,
    orders bigint not null,
    amount numeric,
    returned_amount numeric,
    returned_unknown_amount numeric
);

create table published.return_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    returned_on date,
    product_line text,
    returns bigint not null,
    amount numeric
);

create table published.five_month_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    active bigint not null,
    repeated bigint not null,
    referring bigint not null,
    active_before bigint not null,
    gone bigint not null,
    is_whole_12 boolean not null,
    is_whole_24 boolean not null
);

create table published.segment_portfolio_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    customer_kind text,
    cell text not null,
    axes text not null,
    customers bigint not null,
    revenue numeric not null,
    visits_got bigint not null,
    visits_due numeric
);

create table published.segment_tier_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    customer_kind text,
    cell text not null,
    customers bigint not null,
    revenue numeric not null,
    visits_got bigint not null,
    visits_due numeric
);

create table published.segment_cut_edition (
    edition_id bigint not null,
    slice_on date not null,
    axis text not null,
    measured_by text not null,
    cut_at double precision
);

create table published.segment_customer_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    customer_code text not null,
    customer_kind text,
    portfolio text,
    value_tier text,
    last_ordered_on date,
    attractiveness double precision,
    support double precision,
    portfolio_visits_due numeric,
    value_tier_visits_due numeric,
    as_of_on date not null,
    spend numeric not null,
    orders bigint not null,
    visits_got bigint not null
);

create index on published.branch_edition (edition_id, slice_on);
create index on published.lead_source_edition (edition_id, slice_on);
create index on published.lead_day_edition (edition_id, slice_on);
create index on published.lead_wait_edition (edition_id, slice_on);
create index on published.order_day_edition (edition_id, slice_on);
create index on published.return_day_edition (edition_id, slice_on);
create index on published.five_month_edition (edition_id, slice_on);
create index on published.segment_portfolio_edition (edition_id, slice_on);
create index on published.segment_tier_edition (edition_id, slice_on);
create index on published.segment_cut_edition (edition_id, slice_on);
create index on published.segment_customer_edition (edition_id, slice_on, branch_id);

alter table published.branch_edition enable row level security;
alter table published.lead_source_edition enable row level security;
alter table published.lead_day_edition enable row level security;
alter table published.lead_wait_edition enable row level security;
alter table published.order_day_edition enable row level security;
alter table published.return_day_edition enable row level security;
alter table published.five_month_edition enable row level security;
alter table published.segment_portfolio_edition enable row level security;
alter table published.segment_tier_edition enable row level security;
alter table published.segment_cut_edition enable row level security;
alter table published.segment_customer_edition enable row level security;

-- Rows of a branch are seen by those who may see the branch; what holds no branch, by everybody who may see anything.
create policy own_branches on published.branch_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy known_people on published.lead_source_edition for select to reader
using ((select access.is_known()));
create policy own_branches on published.lead_day_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.lead_wait_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.order_day_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.return_day_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.five_month_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.segment_portfolio_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.segment_tier_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy known_people on published.segment_cut_edition for select to reader
using ((select access.is_known()));
create policy own_branches on published.segment_customer_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));

create view published.branch with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.branch_name,
    e.region_name,
    e.city,
    e.opened_on,
    e.closed_on
from published.manifest as m
inner join published.branch_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'branch';

create view published.lead_source with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.source_code,
    e.source_group,
    e.label_en,
    e.label_zh
from published.manifest as m
inner join published.lead_source_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'lead_source';

create view published.lead_day with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.collected_on,
    e.source_code,
    e.leads,
    e.genuine,
    e.fake,
    e.at_genuine,
    e.at_reached,
    e.at_invited,
    e.at_attended,
    e.at_ordered,
    e.at_ordered_again,
    e.at_referred,
    e.ordered,
    e.waited,
    e.ordered_in_30,
    e.ordered_in_90,
    e.ordered_in_180
from published.manifest as m
inner join published.lead_day_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'lead_day';

create view published.lead_wait with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.collected_on,
    e.source_code,
    e.bucket,
    e.leads
from published.manifest as m
inner join published.lead_wait_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'lead_wait';

create view published.order_day with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.ordered_on,
    e.product_line,
    e.orders,
    e.amount,
    e.returned_amount,
    e.returned_unknown_amount
from published.manifest as m
inner join published.order_day_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'order_day';

create view published.return_day with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.returned_on,
    e.product_line,
    e.returns,
    e.amount
from published.manifest as m
inner join published.return_day_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'return_day';

create view published.five_month with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.active,
    e.repeated,
    e.referring,
    e.active_before,
    e.gone,
    e.is_whole_12,
    e.is_whole_24
from published.manifest as m
inner join published.five_month_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'five_month';

create view published.segment_portfolio with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.customer_kind,
    e.cell,
    e.axes,
    e.customers,
    e.revenue,
    e.visits_got,
    e.visits_due
from published.manifest as m
inner join published.segment_portfolio_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'segment_portfolio';

create view published.segment_tier with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.customer_kind,
    e.cell,
    e.customers,
    e.revenue,
    e.visits_got,
    e.visits_due
from published.manifest as m
inner join published.segment_tier_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'segment_tier';

create view published.segment_cut with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.axis,
    e.measured_by,
    e.cut_at
from published.manifest as m
inner join published.segment_cut_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'segment_cut';

create view published.segment_customer with (security_invoker = true) as
select
    m.refresh_id,
    e.edition_id,
    e.slice_on,
    e.branch_id,
    e.region_id,
    e.customer_code,
    e.customer_kind,
    e.portfolio,
    e.value_tier,
    e.last_ordered_on,
    e.attractiveness,
    e.support,
    e.portfolio_visits_due,
    e.value_tier_visits_due,
    e.as_of_on,
    e.spend,
    e.orders,
    e.visits_got
from published.manifest as m
inner join published.segment_customer_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
where m.table_name = 'segment_customer';
