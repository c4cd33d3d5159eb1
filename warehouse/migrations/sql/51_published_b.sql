-- Published: complaints and satisfaction, as editions of slices that never change once written.

-- One row per day of opening, branch and codes; counts add. Slice: month of opening once over, 0001-01-01 until then.
create table published.complaint_cohort_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text not null,
    region_id text,
    opened_on date,
    category_code text,
    severity_code text,
    channel_code text,
    cause_code text,
    opened bigint not null,
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
create index on published.complaint_cohort_edition (edition_id, slice_on);

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
create index on published.complaint_duration_edition (edition_id, slice_on);

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
create index on published.complaint_open_edition (edition_id, slice_on);

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
create index on published.complaint_daily_edition (edition_id, slice_on);

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
create index on published.survey_cohort_edition (edition_id, slice_on);

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
create index on published.survey_score_edition (edition_id, slice_on);

alter table published.complaint_cohort_edition enable row level security;
alter table published.complaint_duration_edition enable row level security;
alter table published.complaint_open_edition enable row level security;
alter table published.complaint_daily_edition enable row level security;
alter table published.survey_cohort_edition enable row level security;
alter table published.survey_score_edition enable row level security;

create policy own_branches on published.complaint_cohort_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.complaint_duration_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.complaint_open_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.complaint_daily_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.survey_cohort_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));
create policy own_branches on published.survey_score_edition for select to reader
using (branch_id = any(array(select access.visible_branches())));

create view published.complaint_cohort with (security_invoker = true) as
select
    m.refresh_id,
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.opened_on,
    t.category_code,
    t.severity_code,
    t.channel_code,
    t.cause_code,
    t.opened,
    t.responded,
    t.resolved,
    t.withdrawn,
    t.transferred,
    t.sla_met,
    t.sla_breached_closed,
    t.sla_breached_open,
    t.sla_running,
    t.sla_paused
from published.complaint_cohort_edition as t
inner join published.manifest as m
    on t.slice_on = m.slice_on and t.edition_id = m.edition_id and m.table_name = 'complaint_cohort';

create view published.complaint_duration with (security_invoker = true) as
select
    m.refresh_id,
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.opened_on,
    t.category_code,
    t.severity_code,
    t.channel_code,
    t.clock,
    t.measure,
    t.bucket,
    t.target_bucket,
    t.outcome,
    t.items
from published.complaint_duration_edition as t
inner join published.manifest as m
    on t.slice_on = m.slice_on and t.edition_id = m.edition_id and m.table_name = 'complaint_duration';

create view published.complaint_open with (security_invoker = true) as
select
    m.refresh_id,
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.complaint_id,
    t.customer_code,
    t.category_code,
    t.severity_code,
    t.channel_code,
    t.cause_code,
    t.handler_staff_id,
    t.opened_at,
    t.opened_on,
    t.due_at,
    t.response_due_at,
    t.as_of,
    t.open_seconds,
    t.working_seconds,
    t.is_paused,
    t.is_responded,
    t.reopened_count
from published.complaint_open_edition as t
inner join published.manifest as m
    on t.slice_on = m.slice_on and t.edition_id = m.edition_id and m.table_name = 'complaint_open';

create view published.complaint_daily with (security_invoker = true) as
select
    m.refresh_id,
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.on_date,
    t.category_code,
    t.severity_code,
    t.channel_code,
    t.opened,
    t.reopened,
    t.ended
from published.complaint_daily_edition as t
inner join published.manifest as m
    on t.slice_on = m.slice_on and t.edition_id = m.edition_id and m.table_name = 'complaint_daily';

create view published.survey_cohort with (security_invoker = true) as
select
    m.refresh_id,
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.sent_on,
    t.method_code,
    t.wave_code,
    t.sent,
    t.answered
from published.survey_cohort_edition as t
inner join published.manifest as m
    on t.slice_on = m.slice_on and t.edition_id = m.edition_id and m.table_name = 'survey_cohort';

create view published.survey_score with (security_invoker = true) as
select
    m.refresh_id,
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.sent_on,
    t.method_code,
    t.wave_code,
    t.question_code,
    t.score,
    t.scale_min,
    t.scale_max,
    t.answers
from published.survey_score_edition as t
inner join published.manifest as m
    on t.slice_on = m.slice_on and t.edition_id = m.edition_id and m.table_name = 'survey_score';
