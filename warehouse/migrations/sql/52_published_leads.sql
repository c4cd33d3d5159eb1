-- Published tables of the six calls, the four marks and the owners of leads: immutable editions of slices, seen through views.

create table published.lead_call_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    collected_on date not null,
    source_code text,
    screening_days integer not null,
    leads bigint not null,
    screened_in_time bigint not null,
    with_screening bigint not null,
    with_invitation bigint not null,
    with_confirmation bigint not null,
    with_reminder bigint not null,
    with_thanks bigint not null,
    with_follow_up bigint not null
);
select ops.open_edition('lead_call', 'own_branches');

create table published.lead_mark_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    collected_on date,
    source_code text,
    marks integer,
    leads bigint not null,
    knowledge_known bigint not null,
    has_knowledge bigint not null,
    means_known bigint not null,
    has_means bigint not null,
    awareness_known bigint not null,
    has_awareness bigint not null,
    need_known bigint not null,
    has_need bigint not null,
    ordered_in_90 bigint not null
);
select ops.open_edition('lead_mark', 'own_branches');

create table published.lead_owner_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    assigned_on date not null,
    source_code text,
    owner text not null,
    assignments bigint not null,
    without_order bigint not null,
    ordered_in_90 bigint not null,
    to_pass_on bigint not null,
    passed_on bigint not null,
    passed_on_in_time bigint not null
);
select ops.open_edition('lead_owner', 'own_branches');

create table published.call_day_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    started_on date not null,
    purpose_code text not null,
    outcome_code text not null,
    objection_code text,
    calls bigint not null
);
select ops.open_edition('call_day', 'own_branches');

create table published.call_duration_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    started_on date not null,
    purpose_code text not null,
    bucket integer not null,
    calls bigint not null
);
select ops.open_edition('call_duration', 'own_branches');
