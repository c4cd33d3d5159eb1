-- Service, product age, repurchase, concentration of revenue, skills and reach of surveys: curated tables, then published ones.

-- One row per member of staff.
create table curated.dim_staff (
    staff_id text primary key,
    branch_id text
);
create index on curated.dim_staff (branch_id);

-- One row per visit of a mystery guest.
create table curated.fct_service_audit (
    audit_id text primary key,
    branch_id text not null,
    staff_id text,
    visited_on date,
    procedure_score numeric,
    personal_score numeric
);
create index on curated.fct_service_audit (visited_on);
create index on curated.fct_service_audit (staff_id);
create index on curated.fct_service_audit (branch_id);

-- One row per self-assessment: the sums of the items that make each side.
create table curated.fct_skill_assessment (
    staff_id text not null,
    assessed_on date not null,
    cohort_on date not null,
    contact bigint,
    eliciting bigint,
    informing bigint,
    influencing bigint,
    primary key (staff_id, assessed_on)
);
create index on curated.fct_skill_assessment (cohort_on);

-- One row per day of sending, branch, method and both satisfactions; invitations add. Slice: month of sending.
create table published.repurchase_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date not null,
    method_code text,
    is_product_satisfied boolean not null,
    is_service_satisfied boolean not null,
    invitations bigint not null,
    ordered_in_180 bigint not null
);
select ops.open_edition('repurchase', 'own_branches');

-- One row per month's end, branch, subject (staff, branch) and cell; members add. Slice: the month.
create table published.service_type_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    subject text not null,
    cell text not null,
    members bigint not null,
    audits bigint not null
);
select ops.open_edition('service_type', 'own_branches');

-- One row per month's end, home branch, usage and band of the product's age; all measures add. Slice: the month.
create table published.product_age_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    usage_code text,
    band text not null,
    customers bigint not null,
    orders bigint not null,
    answers bigint not null,
    points numeric not null
);
select ops.open_edition('product_age', 'own_branches');

-- One row per month's end, home branch and log bucket of revenue; customers and revenue add. Slice: the month.
create table published.pareto_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    bucket integer not null,
    customers bigint not null,
    revenue numeric not null
);
select ops.open_edition('pareto', 'own_branches');

-- One row per self-assessment, with a number in place of the name. Slice: month of the assessment.
create table published.skill_profile_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    assessed_on date not null,
    person bigint not null,
    contact bigint not null,
    eliciting bigint not null,
    informing bigint not null,
    influencing bigint not null
);
select ops.open_edition('skill_profile', 'own_branches');

-- One row per month's end and home branch: active customers, and those asked in the month. Slice: the month.
create table published.survey_reach_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    active bigint not null,
    invited bigint not null
);
select ops.open_edition('survey_reach', 'own_branches');
