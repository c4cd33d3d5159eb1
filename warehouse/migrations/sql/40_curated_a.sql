-- Curated tables of leads, customers, orders and visits. Keys begin with customer_id, the party that rows are spread by.

-- The party behind a row as one number: 'customer:…' where the customer is known, else 'lead:…' or 'order:…'.
create function curated.party_id(name text) returns bigint
language sql immutable strict parallel safe
return hashtextextended(name, 0);

create table curated.dim_branch (
    branch_id text primary key,
    branch_name text,
    region_id text,
    region_name text,
    city text,
    opened_on date,
    closed_on date
);

create table curated.dim_lead_source (
    source_code text primary key,
    source_group text,
    label_en text,
    label_zh text,
    screening_days bigint
);

create table curated.dim_event (
    event_id text primary key,
    branch_id text,
    event_kind text,
    held_on date,
    cost_amount numeric
);

create table curated.dim_customer (
    customer_id bigint primary key,
    customer_code text not null,
    branch_id text,
    customer_kind text,
    usage_code text,
    product_owned_since_on date,
    is_on_file boolean not null
);
create index on curated.dim_customer (branch_id);
create index on curated.dim_customer (customer_code);

create table curated.fct_lead (
    lead_id text not null,
    customer_code text,
    branch_id text,
    source_code text,
    collected_at timestamptz,
    reconfirmed_at timestamptz,
    is_genuine boolean,
    has_knowledge boolean,
    has_means boolean,
    has_awareness boolean,
    has_need boolean,
    collected_on date,
    customer_id bigint not null,
    referrer_id bigint,
    primary key (customer_id, lead_id)
);
create index on curated.fct_lead (lead_id);
create index on curated.fct_lead (referrer_id, collected_on);

create table curated.fct_contact (
    contact_id text not null,
    lead_id text,
    branch_id text,
    purpose_code text,
    outcome_code text,
    objection_code text,
    duration_seconds numeric,
    started_at timestamptz,
    started_on date,
    customer_id bigint not null,
    is_reached boolean not null,
    primary key (customer_id, contact_id)
);
create index on curated.fct_contact (contact_id);
create index on curated.fct_contact (lead_id);
create index on curated.fct_contact (started_on) where purpose_code = 'visit';
create index on curated.fct_contact (started_on)
where purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up');

create table curated.fct_attendance (
    event_id text not null,
    lead_id text,
    customer_code text,
    is_attended boolean,
    is_existing_customer boolean,
    invited_at timestamptz,
    confirmed_at timestamptz,
    held_on date,
    customer_id bigint not null
);
create index on curated.fct_attendance (customer_id);
create index on curated.fct_attendance (event_id);
create index on curated.fct_attendance (lead_id);
create index on curated.fct_attendance (held_on);

create table curated.fct_order (
    order_id text not null,
    customer_code text,
    lead_id text,
    event_id text,
    branch_id text,
    ordered_at timestamptz,
    ordered_on date,
    product_line text,
    customer_id bigint not null,
    amount numeric,
    primary key (customer_id, order_id)
);
create index on curated.fct_order (order_id);
create index on curated.fct_order (lead_id);
create index on curated.fct_order (ordered_on);
create index on staging.stg_orders (currency);

create table curated.fct_return (
    return_id text not null,
    order_id text,
    product_line text,
    ordered_on date,
    returned_on date,
    customer_id bigint not null,
    branch_id text,
    amount numeric,
    primary key (customer_id, return_id)
);
create index on curated.fct_return (return_id);
create index on curated.fct_return (order_id);
create index on curated.fct_return (returned_on);
create index on curated.fct_return (ordered_on);
create index on staging.stg_returns (order_id);

create table curated.fct_wallet (
    customer_code text not null,
    period_on date not null,
    amount numeric,
    customer_id bigint not null,
    primary key (customer_id, period_on)
);
create index on curated.fct_wallet (period_on);

create table curated.fct_lead_progress (
    customer_id bigint not null,
    lead_id text not null,
    branch_id text,
    source_code text,
    collected_at timestamptz,
    collected_on date,
    is_genuine boolean,
    reached_at timestamptz,
    invited_at timestamptz,
    first_ordered_at timestamptz,
    second_ordered_at timestamptz,
    referred_at timestamptz,
    cohort_on date not null,
    stage smallint not null,
    has_ordered boolean not null,
    wait_seconds double precision,
    primary key (customer_id, lead_id)
);
create index on curated.fct_lead_progress (lead_id);
create index on curated.fct_lead_progress (cohort_on);
create index on curated.fct_lead_progress (branch_id);

create table curated.fct_lead_call (
    customer_id bigint not null,
    lead_id text not null,
    branch_id text,
    source_code text,
    collected_at timestamptz,
    collected_on date,
    first_screened_at timestamptz,
    cohort_on date not null,
    calls integer not null,
    primary key (customer_id, lead_id)
);
create index on curated.fct_lead_call (lead_id);
create index on curated.fct_lead_call (cohort_on);
create index on curated.fct_lead_call (branch_id);

create table curated.fct_lead_assignment (
    lead_id text not null,
    staff_id text,
    assigned_at timestamptz not null,
    assigned_on date not null,
    cohort_on date not null,
    owner_number bigint not null,
    passed_on_at timestamptz,
    primary key (lead_id, assigned_at)
);
create index on curated.fct_lead_assignment (cohort_on);
