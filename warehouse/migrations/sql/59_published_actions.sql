-- Published: what a branch is to do next. Each list is made anew at every refresh, in one slice.

-- One row per lead without an order for which something is due, with the member of staff who has it.
create table published.action_lead_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    lead_id text not null,
    customer_code text,
    source_code text,
    action text not null,
    collected_at timestamptz,
    assigned_at timestamptz,
    owner_staff_id text,
    owner_number bigint,
    due_at timestamptz not null,
    as_of timestamptz not null
);
select ops.open_edition('action_lead', 'own_branches');

-- One row per home branch, customer and day on which somebody visited and met the customer, of the last two months.
create table published.action_visit_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    customer_code text not null,
    visited_on date not null
);
select ops.open_edition('action_visit', 'own_branches');
create index on published.action_visit_edition (edition_id, customer_code);

-- One row per customer drawn to be asked in the month that runs; `asked_on` null: still to be asked.
create table published.action_survey_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    customer_code text not null,
    customer_kind text,
    month_on date not null,
    place bigint not null,
    last_ordered_on date not null,
    asked_on date
);
select ops.open_edition('action_survey', 'own_branches');

-- One row per answered survey that somebody should speak about with the customer: a detractor, or dissatisfied.
create table published.action_answer_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    invite_id text not null,
    customer_code text not null,
    complaint_id text,
    method_code text,
    answered_at timestamptz not null,
    recommend numeric,
    overall numeric,
    overall_from numeric,
    overall_to numeric,
    as_of timestamptz not null
);
select ops.open_edition('action_answer', 'own_branches');
