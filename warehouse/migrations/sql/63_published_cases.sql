-- Published: the cases behind the figures, without anything personal. Each list is made anew at every refresh, in one slice.

-- One row per complaint opened in the last 92 days, or still open: in which part of its promise it stands.
create table published.complaint_case_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    complaint_id text not null,
    customer_code text,
    category_code text,
    severity_code text,
    channel_code text,
    cause_code text,
    handler_staff_id text,
    opened_at timestamptz not null,
    opened_on date not null,
    due_at timestamptz,
    ended_at timestamptz,
    outcome_code text,
    as_of timestamptz not null,
    sla text,
    is_responded boolean not null
);
select ops.open_edition('complaint_case', 'own_branches');

-- One row per lead collected in the last 92 days: how far it has come.
create table published.lead_case_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    lead_id text not null,
    customer_code text,
    source_code text,
    collected_at timestamptz not null,
    collected_on date not null,
    is_genuine boolean,
    stage smallint not null,
    as_of timestamptz not null
);
select ops.open_edition('lead_case', 'own_branches');

-- One row per invitation of the last 92 days that was answered: the answers to the two questions that every survey is about.
create table published.survey_case_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    invite_id text not null,
    customer_code text,
    complaint_id text,
    method_code text,
    wave_code text,
    sent_on date not null,
    answered_at timestamptz,
    overall numeric,
    overall_from numeric,
    overall_to numeric,
    recommend numeric,
    as_of timestamptz not null
);
select ops.open_edition('survey_case', 'own_branches');

-- One row per event of the last 92 days: who was invited, confirmed and came.
create table published.event_case_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    event_id text not null,
    event_kind text,
    held_on date not null,
    as_of timestamptz not null,
    invited bigint not null,
    confirmed bigint not null,
    attended bigint not null,
    existing bigint not null
);
select ops.open_edition('event_case', 'own_branches');
