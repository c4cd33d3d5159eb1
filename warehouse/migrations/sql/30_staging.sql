-- Staging: one table a feed, typed and conformed, append-only by load, one row per key and load; `now_` is the newest
-- version of each key among the loads that a gate has let through. A key column that may be empty counts as ''.

create table staging.stg_branches (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    branch_id text not null,
    branch_name text,
    region_id text,
    region_name text,
    city text,
    opened_on date,
    closed_on date
);
create index on staging.stg_branches (load_id);
create unique index on staging.stg_branches (branch_id, load_id);
create view staging.now_branches as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.branch_id,
    s.branch_name,
    s.region_id,
    s.region_name,
    s.city,
    s.opened_on,
    s.closed_on
from staging.stg_branches as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'branches' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_branches as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'branches' and g.state in ('candidate', 'passed')
    where
        n.branch_id = s.branch_id
        and n.load_id > s.load_id
);

create table staging.stg_currency_rates (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    currency text not null,
    rate_on date not null,
    rate numeric
);
create index on staging.stg_currency_rates (load_id);
create unique index on staging.stg_currency_rates (currency, rate_on, load_id);
create view staging.now_currency_rates as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.currency,
    s.rate_on,
    s.rate
from staging.stg_currency_rates as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'currency_rates' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_currency_rates as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'currency_rates' and g.state in ('candidate', 'passed')
    where
        n.currency = s.currency
        and n.rate_on = s.rate_on
        and n.load_id > s.load_id
);

create table staging.stg_lead_sources (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    source_code text not null,
    source_group text,
    label_en text,
    label_zh text,
    screening_days bigint
);
create index on staging.stg_lead_sources (load_id);
create unique index on staging.stg_lead_sources (source_code, load_id);
create view staging.now_lead_sources as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.source_code,
    s.source_group,
    s.label_en,
    s.label_zh,
    s.screening_days
from staging.stg_lead_sources as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_sources' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_lead_sources as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_sources' and g.state in ('candidate', 'passed')
    where
        n.source_code = s.source_code
        and n.load_id > s.load_id
);

create table staging.stg_targets (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    metric_code text not null,
    scope_kind text not null,
    scope_id text,
    period_on date not null,
    target_value numeric
);
create index on staging.stg_targets (load_id);
create unique index on staging.stg_targets (metric_code, scope_kind, coalesce(scope_id, ''), period_on, load_id);
create view staging.now_targets as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.metric_code,
    s.scope_kind,
    s.scope_id,
    s.period_on,
    s.target_value
from staging.stg_targets as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'targets' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_targets as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'targets' and g.state in ('candidate', 'passed')
    where
        n.metric_code = s.metric_code
        and n.scope_kind = s.scope_kind
        and coalesce(n.scope_id, '') = coalesce(s.scope_id, '')
        and n.period_on = s.period_on
        and n.load_id > s.load_id
);

create table staging.stg_working_hours (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    region_id text not null,
    worked_on date not null,
    opens_at time not null,
    closes_at time
);
create index on staging.stg_working_hours (load_id);
create unique index on staging.stg_working_hours (region_id, worked_on, opens_at, load_id);
create view staging.now_working_hours as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.region_id,
    s.worked_on,
    s.opens_at,
    s.closes_at
from staging.stg_working_hours as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'working_hours' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_working_hours as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'working_hours' and g.state in ('candidate', 'passed')
    where
        n.region_id = s.region_id
        and n.worked_on = s.worked_on
        and n.opens_at = s.opens_at
        and n.load_id > s.load_id
);

create table staging.stg_events (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    event_id text not null,
    branch_id text,
    event_kind text,
    held_on date,
    cost_amount numeric,
    currency text,
    seats_count bigint
);
create index on staging.stg_events (load_id);
create unique index on staging.stg_events (event_id, load_id);
create view staging.now_events as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.event_id,
    s.branch_id,
    s.event_kind,
    s.held_on,
    s.cost_amount,
    s.currency,
    s.seats_count
from staging.stg_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'events' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_events as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'events' and g.state in ('candidate', 'passed')
    where
        n.event_id = s.event_id
        and n.load_id > s.load_id
);

create table staging.stg_lead_costs (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    source_code text not null,
    branch_id text not null,
    month_on date not null,
    cost_amount numeric,
    currency text
);
create index on staging.stg_lead_costs (load_id);
create unique index on staging.stg_lead_costs (source_code, branch_id, month_on, load_id);
create view staging.now_lead_costs as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.source_code,
    s.branch_id,
    s.month_on,
    s.cost_amount,
    s.currency
from staging.stg_lead_costs as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_costs' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_lead_costs as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_costs' and g.state in ('candidate', 'passed')
    where
        n.source_code = s.source_code
        and n.branch_id = s.branch_id
        and n.month_on = s.month_on
        and n.load_id > s.load_id
);

create table staging.stg_staff (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    staff_id text not null,
    branch_id text,
    staff_name_hash text,
    staff_role text,
    hired_on date,
    left_on date
);
create index on staging.stg_staff (load_id);
create unique index on staging.stg_staff (staff_id, load_id);
create view staging.now_staff as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.staff_id,
    s.branch_id,
    s.staff_name_hash,
    s.staff_role,
    s.hired_on,
    s.left_on
from staging.stg_staff as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'staff' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_staff as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'staff' and g.state in ('candidate', 'passed')
    where
        n.staff_id = s.staff_id
        and n.load_id > s.load_id
);

create table staging.stg_customers (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    customer_id text not null,
    branch_id text,
    customer_kind text,
    created_on date,
    customer_name_hash text,
    phone_hash text,
    is_star boolean,
    owner_staff_id text,
    social_style text,
    usage_code text,
    product_owned_since_on date,
    birth_year bigint,
    occupation_code text
);
create index on staging.stg_customers (load_id);
create unique index on staging.stg_customers (customer_id, load_id);
create view staging.now_customers as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.customer_id,
    s.branch_id,
    s.customer_kind,
    s.created_on,
    s.customer_name_hash,
    s.phone_hash,
    s.is_star,
    s.owner_staff_id,
    s.social_style,
    s.usage_code,
    s.product_owned_since_on,
    s.birth_year,
    s.occupation_code
from staging.stg_customers as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'customers' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_customers as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'customers' and g.state in ('candidate', 'passed')
    where
        n.customer_id = s.customer_id
        and n.load_id > s.load_id
);

create table staging.stg_service_audits (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    audit_id text not null,
    branch_id text,
    visited_on date,
    procedure_score numeric,
    personal_score numeric,
    staff_id text
);
create index on staging.stg_service_audits (load_id);
create unique index on staging.stg_service_audits (audit_id, load_id);
create view staging.now_service_audits as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.audit_id,
    s.branch_id,
    s.visited_on,
    s.procedure_score,
    s.personal_score,
    s.staff_id
from staging.stg_service_audits as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'service_audits' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_service_audits as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'service_audits' and g.state in ('candidate', 'passed')
    where
        n.audit_id = s.audit_id
        and n.load_id > s.load_id
);

create table staging.stg_skill_assessments (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    staff_id text not null,
    assessed_on date not null,
    item_01 bigint,
    item_02 bigint,
    item_03 bigint,
    item_04 bigint,
    item_05 bigint,
    item_06 bigint,
    item_07 bigint,
    item_08 bigint,
    item_09 bigint,
    item_10 bigint,
    item_11 bigint,
    item_12 bigint,
    item_13 bigint,
    item_14 bigint,
    item_15 bigint,
    item_16 bigint
);
create index on staging.stg_skill_assessments (load_id);
create unique index on staging.stg_skill_assessments (staff_id, assessed_on, load_id);
create view staging.now_skill_assessments as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.staff_id,
    s.assessed_on,
    s.item_01,
    s.item_02,
    s.item_03,
    s.item_04,
    s.item_05,
    s.item_06,
    s.item_07,
    s.item_08,
    s.item_09,
    s.item_10,
    s.item_11,
    s.item_12,
    s.item_13,
    s.item_14,
    s.item_15,
    s.item_16
from staging.stg_skill_assessments as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'skill_assessments' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_skill_assessments as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'skill_assessments' and g.state in ('candidate', 'passed')
    where
        n.staff_id = s.staff_id
        and n.assessed_on = s.assessed_on
        and n.load_id > s.load_id
);

create table staging.stg_leads (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    lead_id text not null,
    branch_id text,
    source_code text,
    collected_at timestamptz,
    collected_by_staff_id text,
    customer_id text,
    phone_hash text,
    referrer_customer_id text,
    reconfirmed_at timestamptz,
    is_genuine boolean,
    has_knowledge boolean,
    has_means boolean,
    has_awareness boolean,
    has_need boolean,
    self_reported_source text
);
create index on staging.stg_leads (load_id);
create unique index on staging.stg_leads (lead_id, load_id);
create view staging.now_leads as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.lead_id,
    s.branch_id,
    s.source_code,
    s.collected_at,
    s.collected_by_staff_id,
    s.customer_id,
    s.phone_hash,
    s.referrer_customer_id,
    s.reconfirmed_at,
    s.is_genuine,
    s.has_knowledge,
    s.has_means,
    s.has_awareness,
    s.has_need,
    s.self_reported_source
from staging.stg_leads as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'leads' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_leads as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'leads' and g.state in ('candidate', 'passed')
    where
        n.lead_id = s.lead_id
        and n.load_id > s.load_id
);

create table staging.stg_wallets (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    customer_id text not null,
    period_on date not null,
    category_spend_amount numeric
);
create index on staging.stg_wallets (load_id);
create unique index on staging.stg_wallets (customer_id, period_on, load_id);
create view staging.now_wallets as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.customer_id,
    s.period_on,
    s.category_spend_amount
from staging.stg_wallets as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'wallets' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_wallets as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'wallets' and g.state in ('candidate', 'passed')
    where
        n.customer_id = s.customer_id
        and n.period_on = s.period_on
        and n.load_id > s.load_id
);

create table staging.stg_attendances (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    event_id text not null,
    is_attended boolean,
    lead_id text,
    customer_id text,
    invited_at timestamptz,
    confirmed_at timestamptz,
    is_existing_customer boolean
);
create index on staging.stg_attendances (load_id);
create unique index on staging.stg_attendances (event_id, coalesce(lead_id, ''), coalesce(customer_id, ''), load_id);
create view staging.now_attendances as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.event_id,
    s.is_attended,
    s.lead_id,
    s.customer_id,
    s.invited_at,
    s.confirmed_at,
    s.is_existing_customer
from staging.stg_attendances as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'attendances' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_attendances as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'attendances' and g.state in ('candidate', 'passed')
    where
        n.event_id = s.event_id
        and coalesce(n.lead_id, '') = coalesce(s.lead_id, '')
        and coalesce(n.customer_id, '') = coalesce(s.customer_id, '')
        and n.load_id > s.load_id
);

create table staging.stg_contacts (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    contact_id text not null,
    branch_id text,
    channel_code text,
    purpose_code text,
    started_at timestamptz,
    outcome_code text,
    lead_id text,
    customer_id text,
    staff_id text,
    duration_seconds numeric,
    objection_code text
);
create index on staging.stg_contacts (load_id);
create unique index on staging.stg_contacts (contact_id, load_id);
create view staging.now_contacts as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.contact_id,
    s.branch_id,
    s.channel_code,
    s.purpose_code,
    s.started_at,
    s.outcome_code,
    s.lead_id,
    s.customer_id,
    s.staff_id,
    s.duration_seconds,
    s.objection_code
from staging.stg_contacts as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'contacts' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_contacts as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'contacts' and g.state in ('candidate', 'passed')
    where
        n.contact_id = s.contact_id
        and n.load_id > s.load_id
);

create table staging.stg_lead_assignments (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    lead_id text not null,
    staff_id text,
    assigned_at timestamptz not null,
    reason_code text
);
create index on staging.stg_lead_assignments (load_id);
create unique index on staging.stg_lead_assignments (lead_id, assigned_at, load_id);
create view staging.now_lead_assignments as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.lead_id,
    s.staff_id,
    s.assigned_at,
    s.reason_code
from staging.stg_lead_assignments as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_assignments' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_lead_assignments as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_assignments' and g.state in ('candidate', 'passed')
    where
        n.lead_id = s.lead_id
        and n.assigned_at = s.assigned_at
        and n.load_id > s.load_id
);

create table staging.stg_orders (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    order_id text not null,
    customer_id text,
    branch_id text,
    ordered_at timestamptz,
    amount numeric,
    currency text,
    product_line text,
    quantity numeric,
    staff_id text,
    event_id text,
    lead_id text
);
create index on staging.stg_orders (load_id);
create unique index on staging.stg_orders (order_id, load_id);
create view staging.now_orders as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.order_id,
    s.customer_id,
    s.branch_id,
    s.ordered_at,
    s.amount,
    s.currency,
    s.product_line,
    s.quantity,
    s.staff_id,
    s.event_id,
    s.lead_id
from staging.stg_orders as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'orders' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_orders as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'orders' and g.state in ('candidate', 'passed')
    where
        n.order_id = s.order_id
        and n.load_id > s.load_id
);

create table staging.stg_complaints (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    complaint_id text not null,
    branch_id text,
    opened_at timestamptz,
    category_code text,
    customer_id text,
    order_id text,
    channel_code text,
    severity_code text,
    cause_code text,
    handler_staff_id text,
    due_at timestamptz,
    first_response_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    outcome_code text,
    compensation_amount numeric,
    text_hash text
);
create index on staging.stg_complaints (load_id);
create unique index on staging.stg_complaints (complaint_id, load_id);
create view staging.now_complaints as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.complaint_id,
    s.branch_id,
    s.opened_at,
    s.category_code,
    s.customer_id,
    s.order_id,
    s.channel_code,
    s.severity_code,
    s.cause_code,
    s.handler_staff_id,
    s.due_at,
    s.first_response_at,
    s.resolved_at,
    s.closed_at,
    s.outcome_code,
    s.compensation_amount,
    s.text_hash
from staging.stg_complaints as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaints' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_complaints as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'complaints' and g.state in ('candidate', 'passed')
    where
        n.complaint_id = s.complaint_id
        and n.load_id > s.load_id
);

create table staging.stg_returns (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    return_id text not null,
    order_id text,
    returned_at timestamptz,
    amount numeric,
    reason_code text,
    branch_id text,
    customer_id text
);
create index on staging.stg_returns (load_id);
create unique index on staging.stg_returns (return_id, load_id);
create view staging.now_returns as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.return_id,
    s.order_id,
    s.returned_at,
    s.amount,
    s.reason_code,
    s.branch_id,
    s.customer_id
from staging.stg_returns as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'returns' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_returns as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'returns' and g.state in ('candidate', 'passed')
    where
        n.return_id = s.return_id
        and n.load_id > s.load_id
);

create table staging.stg_complaint_events (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    complaint_id text not null,
    event_code text not null,
    happened_at timestamptz not null,
    staff_id text
);
create index on staging.stg_complaint_events (load_id);
create unique index on staging.stg_complaint_events (complaint_id, happened_at, event_code, load_id);
create view staging.now_complaint_events as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.complaint_id,
    s.event_code,
    s.happened_at,
    s.staff_id
from staging.stg_complaint_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaint_events' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_complaint_events as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'complaint_events' and g.state in ('candidate', 'passed')
    where
        n.complaint_id = s.complaint_id
        and n.happened_at = s.happened_at
        and n.event_code = s.event_code
        and n.load_id > s.load_id
);

create table staging.stg_surveys (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    invite_id text not null,
    branch_id text,
    method_code text,
    sent_at timestamptz,
    wave_code text,
    customer_id text,
    complaint_id text,
    answered_at timestamptz
);
create index on staging.stg_surveys (load_id);
create unique index on staging.stg_surveys (invite_id, load_id);
create view staging.now_surveys as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.invite_id,
    s.branch_id,
    s.method_code,
    s.sent_at,
    s.wave_code,
    s.customer_id,
    s.complaint_id,
    s.answered_at
from staging.stg_surveys as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'surveys' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_surveys as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'surveys' and g.state in ('candidate', 'passed')
    where
        n.invite_id = s.invite_id
        and n.load_id > s.load_id
);

create table staging.stg_survey_answers (
    load_id bigint not null,
    file_id bigint not null,
    row_number bigint not null,
    invite_id text not null,
    question_code text not null,
    score numeric,
    scale_min numeric,
    scale_max numeric,
    comment_hash text
);
create index on staging.stg_survey_answers (load_id);
create unique index on staging.stg_survey_answers (invite_id, question_code, load_id);
create view staging.now_survey_answers as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.invite_id,
    s.question_code,
    s.score,
    s.scale_min,
    s.scale_max,
    s.comment_hash
from staging.stg_survey_answers as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'survey_answers' and f.state in ('candidate', 'passed')
where not exists (
    select from staging.stg_survey_answers as n
    inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'survey_answers' and g.state in ('candidate', 'passed')
    where
        n.invite_id = s.invite_id
        and n.question_code = s.question_code
        and n.load_id > s.load_id
);
