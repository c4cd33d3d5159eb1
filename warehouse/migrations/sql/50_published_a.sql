-- Published tables of leads, orders and the monthly five: immutable editions of slices, seen through views.

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
select ops.open_edition('branch', 'own_branches');

create table published.lead_source_edition (
    edition_id bigint not null,
    slice_on date not null,
    source_code text,
    source_group text,
    label_en text,
    label_zh text
);
select ops.open_edition('lead_source', 'known_people');

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
select ops.open_edition('lead_day', 'own_branches');

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
select ops.open_edition('lead_wait', 'own_branches');

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
select ops.open_edition('order_day', 'own_branches');

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
select ops.open_edition('return_day', 'own_branches');

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
    won bigint not null,
    is_whole_12 boolean not null,
    is_whole_24 boolean not null
);
select ops.open_edition('five_month', 'own_branches');
