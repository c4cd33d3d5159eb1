-- Published: what came after a complaint was resolved, who never complains, and what a branch is compared with.

-- In which part of its promise a complaint stands at `seen_at`: met, breached_closed, breached_open or running. Null for what
-- has no deadline, and for what was withdrawn or handed over before it.
create function curated.sla_part(
    outcome_code text, ended_at timestamptz, due_at timestamptz, seen_at timestamptz
) returns text
language sql immutable parallel safe
return case
    when ended_at > due_at then 'breached_closed'
    when outcome_code in ('resolved', 'rejected') and ended_at <= due_at then 'met'
    when ended_at is null and due_at < seen_at then 'breached_open'
    when ended_at is null and due_at is not null then 'running'
end;

-- One row per day of first resolution, branch and codes; counts add. Slice: month of first resolution.
create table published.complaint_resolved_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    resolved_on date not null,
    category_code text,
    severity_code text,
    channel_code text,
    cause_code text,
    resolved bigint not null,
    reopened_in_30 bigint not null,
    settled bigint not null
);
select ops.open_edition('complaint_resolved', 'own_branches');

-- One row per day of first resolution, branch and value tier of the customer before; counts and sums add. Slice: month of
-- first resolution.
create table published.complaint_recovery_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    resolved_on date not null,
    tier text,
    complaints bigint not null,
    unnamed bigint not null,
    ordered_in_180 bigint not null,
    answers bigint not null,
    satisfaction double precision not null,
    compensated bigint not null,
    compensation numeric not null
);
select ops.open_edition('complaint_recovery', 'own_branches');

-- One row per home branch and value tier: customers without a complaint, to set beside those who had one. Slice: the month of
-- resolution that they are set beside.
create table published.complaint_peer_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    tier text not null,
    customers bigint not null,
    ordered_in_180 bigint not null
);
select ops.open_edition('complaint_peer', 'own_branches');

-- One row per day of sending, branch, method and wave; answers add. Slice: month of sending.
create table published.complaint_silent_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    sent_on date,
    method_code text,
    wave_code text,
    dissatisfied bigint not null,
    never_complained bigint not null
);
select ops.open_edition('complaint_silent', 'own_branches');

-- One row per day of opening and codes, of the whole company. Slice: month of opening once over, 0001-01-01 until then.
create table published.complaint_company_edition (
    edition_id bigint not null,
    slice_on date not null,
    opened_on date,
    category_code text,
    severity_code text,
    channel_code text,
    cause_code text,
    decided bigint not null,
    breached bigint not null
);
select ops.open_edition('complaint_company', 'company_totals');

-- Which answers speak of a complaint is asked from the complaint.
create index on curated.fct_survey (complaint_id) where complaint_id is not null;
