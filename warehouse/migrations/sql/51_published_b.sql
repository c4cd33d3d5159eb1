-- Published: complaints and satisfaction, as editions of slices that never change once written.

-- One row per day and hour of opening, branch and codes; counts add. Slice: month of opening once over, 0001-01-01 until then.
create table published.complaint_cohort_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    opened_on date,
    opened_hour smallint,
    category_code text,
    severity_code text,
    channel_code text,
    cause_code text,
    gap_code text,
    opened bigint not null,
    named bigint not null,
    repeated_in_30 bigint not null,
    responded bigint not null,
    resolved bigint not null,
    withdrawn bigint not null,
    transferred bigint not null,
    sla_met bigint not null,
    sla_breached_closed bigint not null,
    sla_breached_open bigint not null,
    sla_running bigint not null,
    sla_paused bigint not null
);
select ops.open_edition('complaint_cohort', 'own_branches');

-- One row per day of opening, branch, codes, clock, measure, log bucket and outcome; items add. Slices as above.
create table published.complaint_duration_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    opened_on date not null,
    category_code text,
    severity_code text,
    channel_code text,
    clock text not null,
    measure text not null,
    bucket integer not null,
    target_bucket integer,
    outcome text not null,
    items bigint not null
);
select ops.open_edition('complaint_duration', 'own_branches');

-- One row per complaint open at the data date. One slice, 0001-01-01.
create table published.complaint_open_edition (
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
    response_due_at timestamptz,
    as_of timestamptz not null,
    open_seconds double precision not null,
    working_seconds double precision,
    is_paused boolean not null,
    is_responded boolean not null,
    reopened_count integer not null
);
select ops.open_edition('complaint_open', 'own_branches');

-- One row per day, branch and codes: complaints that came, came back and went. Slice: month of the day.
create table published.complaint_daily_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    on_date date not null,
    category_code text,
    severity_code text,
    channel_code text,
    opened bigint not null,
    reopened bigint not null,
    ended bigint not null
);
select ops.open_edition('complaint_daily', 'own_branches');

-- One row per day of sending, branch, method and wave; counts add. Slice: month of sending.
create table published.survey_cohort_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date,
    method_code text,
    wave_code text,
    sent bigint not null,
    answered bigint not null
);
select ops.open_edition('survey_cohort', 'own_branches');

-- One row per day of sending, branch, method, wave, question, scale and score; answers add. Slice: month of sending.
create table published.survey_score_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date,
    method_code text,
    wave_code text,
    question_code text not null,
    score numeric not null,
    scale_min numeric not null,
    scale_max numeric not null,
    answers bigint not null
);
select ops.open_edition('survey_score', 'own_branches');
