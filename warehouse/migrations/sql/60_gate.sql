-- What the gate reads. Nothing else may: `known_` the keys that a reference may point to, `delivery_` the rows of the
-- loads still to be judged, `figures_` the published tables as they would be with the candidate's editions in place,
-- `replaced_` what readers see now of the slices that get a new edition.

-- Keys that a reference may point to: accepted or waiting, in any version.

create view gate.known_branches as
select s.branch_id as known_id
from staging.stg_branches as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'branches'
where f.state <> 'discarded' and s.branch_id is not null;

create view gate.known_lead_sources as
select s.source_code as known_id
from staging.stg_lead_sources as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_sources'
where f.state <> 'discarded' and s.source_code is not null;

create view gate.known_events as
select s.event_id as known_id
from staging.stg_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'events'
where f.state <> 'discarded' and s.event_id is not null;

create view gate.known_staff as
select s.staff_id as known_id
from staging.stg_staff as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'staff'
where f.state <> 'discarded' and s.staff_id is not null;

create view gate.known_customers as
select s.customer_id as known_id
from staging.stg_customers as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'customers'
where f.state <> 'discarded' and s.customer_id is not null;

create view gate.known_leads as
select s.lead_id as known_id
from staging.stg_leads as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'leads'
where f.state <> 'discarded' and s.lead_id is not null;

create view gate.known_orders as
select s.order_id as known_id
from staging.stg_orders as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'orders'
where f.state <> 'discarded' and s.order_id is not null;

create view gate.known_complaints as
select s.complaint_id as known_id
from staging.stg_complaints as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaints'
where f.state <> 'discarded' and s.complaint_id is not null;

create view gate.known_surveys as
select s.invite_id as known_id
from staging.stg_surveys as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'surveys'
where f.state <> 'discarded' and s.invite_id is not null;

-- A load waits while its feed is staged, held or candidate. Of a held load only those rows still count that no newer
-- waiting load has corrected. Held loads stand in a branch of their own, so that the search for newer rows costs nothing
-- where nothing is held, and a scan costs the waiting rows.

create view gate.delivery_branches as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'branches'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'branches'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_branches as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'branches'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.branch_id = s.branch_id
    );

create view gate.delivery_currency_rates as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.currency,
    s.rate_on,
    s.rate
from staging.stg_currency_rates as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'currency_rates'
where f.state in ('staged', 'candidate')
union all
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.currency,
    s.rate_on,
    s.rate
from staging.stg_currency_rates as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'currency_rates'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_currency_rates as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'currency_rates'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.currency = s.currency
            and n.rate_on = s.rate_on
    );

create view gate.delivery_lead_sources as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_sources'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_sources'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_lead_sources as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_sources'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.source_code = s.source_code
    );

create view gate.delivery_targets as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'targets'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'targets'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_targets as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'targets'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.metric_code = s.metric_code
            and n.scope_kind = s.scope_kind
            and coalesce(n.scope_id, '') = coalesce(s.scope_id, '')
            and n.period_on = s.period_on
    );

create view gate.delivery_working_hours as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.region_id,
    s.worked_on,
    s.opens_at,
    s.closes_at
from staging.stg_working_hours as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'working_hours'
where f.state in ('staged', 'candidate')
union all
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.region_id,
    s.worked_on,
    s.opens_at,
    s.closes_at
from staging.stg_working_hours as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'working_hours'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_working_hours as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'working_hours'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.region_id = s.region_id
            and n.worked_on = s.worked_on
            and n.opens_at = s.opens_at
    );

create view gate.delivery_events as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'events'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'events'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_events as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'events'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.event_id = s.event_id
    );

create view gate.delivery_lead_costs as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_costs'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_costs'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_lead_costs as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_costs'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.source_code = s.source_code
            and n.branch_id = s.branch_id
            and n.month_on = s.month_on
    );

create view gate.delivery_staff as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'staff'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'staff'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_staff as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'staff'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.staff_id = s.staff_id
    );

create view gate.delivery_customers as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'customers'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'customers'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_customers as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'customers'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.customer_id = s.customer_id
    );

create view gate.delivery_service_audits as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'service_audits'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'service_audits'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_service_audits as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'service_audits'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.audit_id = s.audit_id
    );

create view gate.delivery_skill_assessments as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'skill_assessments'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'skill_assessments'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_skill_assessments as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'skill_assessments'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.staff_id = s.staff_id
            and n.assessed_on = s.assessed_on
    );

create view gate.delivery_leads as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'leads'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'leads'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_leads as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'leads'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.lead_id = s.lead_id
    );

create view gate.delivery_wallets as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.customer_id,
    s.period_on,
    s.category_spend_amount
from staging.stg_wallets as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'wallets'
where f.state in ('staged', 'candidate')
union all
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.customer_id,
    s.period_on,
    s.category_spend_amount
from staging.stg_wallets as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'wallets'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_wallets as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'wallets'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.customer_id = s.customer_id
            and n.period_on = s.period_on
    );

create view gate.delivery_attendances as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'attendances'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'attendances'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_attendances as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'attendances'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.event_id = s.event_id
            and coalesce(n.lead_id, '') = coalesce(s.lead_id, '')
            and coalesce(n.customer_id, '') = coalesce(s.customer_id, '')
    );

create view gate.delivery_contacts as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'contacts'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'contacts'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_contacts as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'contacts'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.contact_id = s.contact_id
    );

create view gate.delivery_lead_assignments as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.lead_id,
    s.staff_id,
    s.assigned_at,
    s.reason_code
from staging.stg_lead_assignments as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_assignments'
where f.state in ('staged', 'candidate')
union all
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.lead_id,
    s.staff_id,
    s.assigned_at,
    s.reason_code
from staging.stg_lead_assignments as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'lead_assignments'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_lead_assignments as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'lead_assignments'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.lead_id = s.lead_id
            and n.assigned_at = s.assigned_at
    );

create view gate.delivery_orders as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'orders'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'orders'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_orders as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'orders'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.order_id = s.order_id
    );

create view gate.delivery_complaints as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaints'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaints'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_complaints as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'complaints'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.complaint_id = s.complaint_id
    );

create view gate.delivery_returns as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'returns'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'returns'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_returns as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'returns'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.return_id = s.return_id
    );

create view gate.delivery_complaint_events as
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.complaint_id,
    s.event_code,
    s.happened_at,
    s.staff_id
from staging.stg_complaint_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaint_events'
where f.state in ('staged', 'candidate')
union all
select
    s.load_id,
    s.file_id,
    s.row_number,
    s.complaint_id,
    s.event_code,
    s.happened_at,
    s.staff_id
from staging.stg_complaint_events as s
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'complaint_events'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_complaint_events as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'complaint_events'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.complaint_id = s.complaint_id
            and n.happened_at = s.happened_at
            and n.event_code = s.event_code
    );

create view gate.delivery_surveys as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'surveys'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'surveys'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_surveys as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'surveys'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.invite_id = s.invite_id
    );

create view gate.delivery_survey_answers as
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'survey_answers'
where f.state in ('staged', 'candidate')
union all
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
inner join published.load_feed as f on s.load_id = f.load_id and f.feed = 'survey_answers'
where
    f.state = 'held'
    and not exists (
        select 1
        from staging.stg_survey_answers as n
        inner join published.load_feed as g on n.load_id = g.load_id and g.feed = 'survey_answers'
        where
            g.state in ('staged', 'held', 'candidate')
            and n.load_id > s.load_id
            and n.invite_id = s.invite_id
            and n.question_code = s.question_code
    );

-- Published tables with the candidate's editions in place. `is_new` marks what this refresh has made.

-- How far the published slices of each table reach.
create view gate.newest_slice as
select
    m.table_name,
    max(m.slice_on) as slice_on
from published.manifest as m
where
    m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    )
group by m.table_name;

create view gate.figures_branch as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.branch_name,
    t.region_name,
    t.city,
    t.opened_on,
    t.closed_on,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.branch_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'branch';

create view gate.replaced_branch as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.branch_name,
    t.region_name,
    t.city,
    t.opened_on,
    t.closed_on
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.branch_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'branch'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_lead_source as
select
    t.edition_id,
    t.slice_on,
    t.source_code,
    t.source_group,
    t.label_en,
    t.label_zh,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.lead_source_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'lead_source';

create view gate.replaced_lead_source as
select
    t.edition_id,
    t.slice_on,
    t.source_code,
    t.source_group,
    t.label_en,
    t.label_zh
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.lead_source_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'lead_source'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_lead_day as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.collected_on,
    t.source_code,
    t.leads,
    t.genuine,
    t.fake,
    t.at_genuine,
    t.at_reached,
    t.at_invited,
    t.at_attended,
    t.at_ordered,
    t.at_ordered_again,
    t.at_referred,
    t.ordered,
    t.waited,
    t.ordered_in_30,
    t.ordered_in_90,
    t.ordered_in_180,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.lead_day_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'lead_day';

create view gate.replaced_lead_day as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.collected_on,
    t.source_code,
    t.leads,
    t.genuine,
    t.fake,
    t.at_genuine,
    t.at_reached,
    t.at_invited,
    t.at_attended,
    t.at_ordered,
    t.at_ordered_again,
    t.at_referred,
    t.ordered,
    t.waited,
    t.ordered_in_30,
    t.ordered_in_90,
    t.ordered_in_180
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.lead_day_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'lead_day'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_lead_wait as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.collected_on,
    t.source_code,
    t.bucket,
    t.leads,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.lead_wait_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'lead_wait';

create view gate.replaced_lead_wait as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.collected_on,
    t.source_code,
    t.bucket,
    t.leads
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.lead_wait_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'lead_wait'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_order_day as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.ordered_on,
    t.product_line,
    t.orders,
    t.amount,
    t.returned_amount,
    t.returned_unknown_amount,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.order_day_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'order_day';

create view gate.replaced_order_day as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.ordered_on,
    t.product_line,
    t.orders,
    t.amount,
    t.returned_amount,
    t.returned_unknown_amount
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.order_day_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'order_day'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_return_day as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.returned_on,
    t.product_line,
    t.returns,
    t.amount,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.return_day_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'return_day';

create view gate.replaced_return_day as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.returned_on,
    t.product_line,
    t.returns,
    t.amount
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.return_day_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'return_day'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_five_month as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.active,
    t.repeated,
    t.referring,
    t.active_before,
    t.gone,
    t.is_whole_12,
    t.is_whole_24,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.five_month_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'five_month';

create view gate.replaced_five_month as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.active,
    t.repeated,
    t.referring,
    t.active_before,
    t.gone,
    t.is_whole_12,
    t.is_whole_24
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.five_month_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'five_month'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_segment_portfolio as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.customer_kind,
    t.cell,
    t.axes,
    t.customers,
    t.revenue,
    t.visits_got,
    t.visits_due,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.segment_portfolio_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'segment_portfolio';

create view gate.replaced_segment_portfolio as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.customer_kind,
    t.cell,
    t.axes,
    t.customers,
    t.revenue,
    t.visits_got,
    t.visits_due
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.segment_portfolio_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'segment_portfolio'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_segment_tier as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.customer_kind,
    t.cell,
    t.customers,
    t.revenue,
    t.visits_got,
    t.visits_due,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.segment_tier_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'segment_tier';

create view gate.replaced_segment_tier as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.customer_kind,
    t.cell,
    t.customers,
    t.revenue,
    t.visits_got,
    t.visits_due
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.segment_tier_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'segment_tier'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_segment_cut as
select
    t.edition_id,
    t.slice_on,
    t.axis,
    t.measured_by,
    t.cut_at,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.segment_cut_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'segment_cut';

create view gate.replaced_segment_cut as
select
    t.edition_id,
    t.slice_on,
    t.axis,
    t.measured_by,
    t.cut_at
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.segment_cut_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'segment_cut'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_segment_customer as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.customer_code,
    t.customer_kind,
    t.portfolio,
    t.value_tier,
    t.last_ordered_on,
    t.attractiveness,
    t.support,
    t.portfolio_visits_due,
    t.value_tier_visits_due,
    t.as_of_on,
    t.spend,
    t.orders,
    t.visits_got,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.segment_customer_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'segment_customer';

create view gate.replaced_segment_customer as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.customer_code,
    t.customer_kind,
    t.portfolio,
    t.value_tier,
    t.last_ordered_on,
    t.attractiveness,
    t.support,
    t.portfolio_visits_due,
    t.value_tier_visits_due,
    t.as_of_on,
    t.spend,
    t.orders,
    t.visits_got
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.segment_customer_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'segment_customer'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_complaint_cohort as
select
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
    t.sla_paused,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.complaint_cohort_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'complaint_cohort';

create view gate.replaced_complaint_cohort as
select
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
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.complaint_cohort_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'complaint_cohort'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_complaint_duration as
select
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
    t.items,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.complaint_duration_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'complaint_duration';

create view gate.replaced_complaint_duration as
select
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
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.complaint_duration_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'complaint_duration'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_complaint_open as
select
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
    t.reopened_count,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.complaint_open_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'complaint_open';

create view gate.replaced_complaint_open as
select
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
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.complaint_open_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'complaint_open'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_complaint_daily as
select
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
    t.ended,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.complaint_daily_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'complaint_daily';

create view gate.replaced_complaint_daily as
select
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
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.complaint_daily_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'complaint_daily'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_survey_cohort as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.sent_on,
    t.method_code,
    t.wave_code,
    t.sent,
    t.answered,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.survey_cohort_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'survey_cohort';

create view gate.replaced_survey_cohort as
select
    t.edition_id,
    t.slice_on,
    t.branch_id,
    t.region_id,
    t.sent_on,
    t.method_code,
    t.wave_code,
    t.sent,
    t.answered
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.survey_cohort_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'survey_cohort'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );

create view gate.figures_survey_score as
select
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
    t.answers,
    c.edition_id = c.refresh_id as is_new
from ops.candidate as c
inner join published.survey_score_edition as t on c.slice_on = t.slice_on and c.edition_id = t.edition_id
where c.table_name = 'survey_score';

create view gate.replaced_survey_score as
select
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
from ops.candidate as c
inner join published.manifest as m on c.table_name = m.table_name and c.slice_on = m.slice_on
inner join published.survey_score_edition as t on m.slice_on = t.slice_on and m.edition_id = t.edition_id
where
    c.table_name = 'survey_score'
    and c.edition_id = c.refresh_id
    and m.refresh_id = (
        select max(r.refresh_id) from published.refresh as r
        where r.state = 'passed'
    );
