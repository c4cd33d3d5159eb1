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
    is_whole_12 boolean not null,
    is_whole_24 boolean not null
);
select ops.open_edition('five_month', 'own_branches');

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
select ops.open_edition('segment_portfolio', 'own_branches');

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
select ops.open_edition('segment_tier', 'own_branches');

create table published.segment_cut_edition (
    edition_id bigint not null,
    slice_on date not null,
    axis text not null,
    measured_by text not null,
    cut_at double precision
);
select ops.open_edition('segment_cut', 'known_people');

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
select ops.open_edition('segment_customer', 'own_branches');
