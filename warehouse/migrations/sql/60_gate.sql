-- What the gate reads. Nothing else may: `delivery_` shows the rows of the loads still to be judged, `known_` the keys
-- that a reference may point to, `figures_` the published tables as they would be with the candidate's editions in place.

-- A load waits while its feed is staged, held or candidate. Of a held load only those rows still count that no newer
-- waiting load has corrected. The search for a newer row runs for held loads alone, so a scan costs the waiting rows.

create view gate.delivery_branches as
select s.*
from staging.stg_branches as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'branches'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_branches as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'branches'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.branch_id = s.branch_id
    ));

create view gate.delivery_currency_rates as
select s.*
from staging.stg_currency_rates as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'currency_rates'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_currency_rates as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'currency_rates'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.currency = s.currency and n.rate_on = s.rate_on
    ));

create view gate.delivery_lead_sources as
select s.*
from staging.stg_lead_sources as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_sources'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_lead_sources as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_sources'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.source_code = s.source_code
    ));

create view gate.delivery_targets as
select s.*
from staging.stg_targets as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'targets'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_targets as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'targets'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.metric_code = s.metric_code and n.scope_kind = s.scope_kind and coalesce(n.scope_id, '') = coalesce(s.scope_id, '') and n.period_on = s.period_on
    ));

create view gate.delivery_working_hours as
select s.*
from staging.stg_working_hours as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'working_hours'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_working_hours as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'working_hours'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.region_id = s.region_id and n.worked_on = s.worked_on and n.opens_at = s.opens_at
    ));

create view gate.delivery_events as
select s.*
from staging.stg_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'events'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_events as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'events'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.event_id = s.event_id
    ));

create view gate.delivery_lead_costs as
select s.*
from staging.stg_lead_costs as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_costs'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_lead_costs as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_costs'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.source_code = s.source_code and n.branch_id = s.branch_id and n.month_on = s.month_on
    ));

create view gate.delivery_staff as
select s.*
from staging.stg_staff as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'staff'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_staff as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'staff'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.staff_id = s.staff_id
    ));

create view gate.delivery_customers as
select s.*
from staging.stg_customers as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'customers'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_customers as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'customers'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.customer_id = s.customer_id
    ));

create view gate.delivery_service_audits as
select s.*
from staging.stg_service_audits as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'service_audits'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_service_audits as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'service_audits'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.audit_id = s.audit_id
    ));

create view gate.delivery_skill_assessments as
select s.*
from staging.stg_skill_assessments as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'skill_assessments'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_skill_assessments as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'skill_assessments'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.staff_id = s.staff_id and n.assessed_on = s.assessed_on
    ));

create view gate.delivery_leads as
select s.*
from staging.stg_leads as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'leads'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_leads as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'leads'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.lead_id = s.lead_id
    ));

create view gate.delivery_wallets as
select s.*
from staging.stg_wallets as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'wallets'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_wallets as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'wallets'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.customer_id = s.customer_id and n.period_on = s.period_on
    ));

create view gate.delivery_attendances as
select s.*
from staging.stg_attendances as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'attendances'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_attendances as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'attendances'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.event_id = s.event_id and coalesce(n.lead_id, '') = coalesce(s.lead_id, '') and coalesce(n.customer_id, '') = coalesce(s.customer_id, '')
    ));

create view gate.delivery_contacts as
select s.*
from staging.stg_contacts as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'contacts'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_contacts as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'contacts'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.contact_id = s.contact_id
    ));

create view gate.delivery_lead_assignments as
select s.*
from staging.stg_lead_assignments as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_assignments'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_lead_assignments as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_assignments'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.lead_id = s.lead_id and n.assigned_at = s.assigned_at
    ));

create view gate.delivery_orders as
select s.*
from staging.stg_orders as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'orders'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_orders as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'orders'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.order_id = s.order_id
    ));

create view gate.delivery_complaints as
select s.*
from staging.stg_complaints as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaints'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_complaints as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'complaints'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.complaint_id = s.complaint_id
    ));

create view gate.delivery_returns as
select s.*
from staging.stg_returns as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'returns'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_returns as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'returns'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.return_id = s.return_id
    ));

create view gate.delivery_complaint_events as
select s.*
from staging.stg_complaint_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaint_events'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_complaint_events as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'complaint_events'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.complaint_id = s.complaint_id and n.happened_at = s.happened_at and n.event_code = s.event_code
    ));

create view gate.delivery_surveys as
select s.*
from staging.stg_surveys as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'surveys'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_surveys as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'surveys'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.invite_id = s.invite_id
    ));

create view gate.delivery_survey_answers as
select s.*
from staging.stg_survey_answers as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'survey_answers'
where f.state in ('staged', 'held', 'candidate')
    and not (f.state = 'held' and exists (
        select from staging.stg_survey_answers as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'survey_answers'
        where g.state in ('staged', 'held', 'candidate') and n.load_id > s.load_id
            and n.invite_id = s.invite_id and n.question_code = s.question_code
    ));

-- Keys that a reference may point to: accepted or waiting, in any version.

create view gate.known_branches as
select s.branch_id as known_id
from staging.stg_branches as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'branches'
where f.state <> 'discarded';

create view gate.known_lead_sources as
select s.source_code as known_id
from staging.stg_lead_sources as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_sources'
where f.state <> 'discarded';

create view gate.known_events as
select s.event_id as known_id
from staging.stg_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'events'
where f.state <> 'discarded';

create view gate.known_staff as
select s.staff_id as known_id
from staging.stg_staff as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'staff'
where f.state <> 'discarded';

create view gate.known_customers as
select s.customer_id as known_id
from staging.stg_customers as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'customers'
where f.state <> 'discarded';

create view gate.known_leads as
select s.lead_id as known_id
from staging.stg_leads as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'leads'
where f.state <> 'discarded';

create view gate.known_orders as
select s.order_id as known_id
from staging.stg_orders as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'orders'
where f.state <> 'discarded';

create view gate.known_complaints as
select s.complaint_id as known_id
from staging.stg_complaints as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaints'
where f.state <> 'discarded';

create view gate.known_surveys as
select s.invite_id as known_id
from staging.stg_surveys as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'surveys'
where f.state <> 'discarded';
