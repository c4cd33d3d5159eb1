-- Curated: complaints, the working calendar, surveys and their answers.

-- One row per complaint. `cohort_on` is the published slice: the month of opening once it is over, 0001-01-01 until then.
create table curated.fct_complaint (
    customer_id bigint not null,
    complaint_id text not null,
    customer_code text,
    order_id text,
    branch_id text not null,
    category_code text,
    channel_code text,
    severity_code text,
    cause_code text,
    handler_staff_id text,
    opened_at timestamptz,
    opened_on date,
    cohort_on date not null,
    first_response_at timestamptz,
    response_due_at timestamptz,
    due_at timestamptz,
    ended_at timestamptz,
    ended_month date,
    first_resolved_at timestamptz,
    first_resolved_on date,
    first_resolved_month date,
    reopened_at timestamptz,
    outcome_code text,
    reopened_count integer not null,
    compensation_amount numeric,
    open_while tstzmultirange,
    paused_while tstzmultirange not null,
    primary key (customer_id, complaint_id)
);
create index on curated.fct_complaint (complaint_id);
create index on curated.fct_complaint (cohort_on);
create index on curated.fct_complaint (opened_on);
create index on curated.fct_complaint (ended_month);
create index on curated.fct_complaint (first_resolved_month);
create index on curated.fct_complaint (ended_at);
create index on curated.fct_complaint (branch_id);
create index on curated.fct_complaint (complaint_id) where reopened_count > 0;

-- One row per region, day and opening; a closed day has one row without length, and so has the day after the last known.
create table curated.dim_working_hours (
    region_id text not null,
    day_on date not null,
    holds_from timestamptz not null,
    holds_until timestamptz not null,
    open_from timestamptz not null,
    open_until timestamptz not null,
    seconds_before double precision not null,
    primary key (region_id, holds_from)
);
create index on curated.dim_working_hours (region_id, day_on);

-- One row per invitation to a survey.
create table curated.fct_survey (
    customer_id bigint not null,
    invite_id text not null,
    customer_code text,
    branch_id text not null,
    complaint_id text,
    method_code text,
    wave_code text,
    sent_at timestamptz,
    sent_on date,
    cohort_on date not null,
    answered_at timestamptz,
    is_answered boolean not null,
    primary key (customer_id, invite_id)
);
create index on curated.fct_survey (invite_id);
create index on curated.fct_survey (cohort_on);
create index on curated.fct_survey (branch_id);

-- One row per invitation and question answered.
create table curated.fct_survey_answer (
    customer_id bigint not null,
    invite_id text not null,
    question_code text not null,
    score numeric,
    scale_min numeric,
    scale_max numeric,
    primary key (customer_id, invite_id, question_code)
);
create index on curated.fct_survey_answer (invite_id);
