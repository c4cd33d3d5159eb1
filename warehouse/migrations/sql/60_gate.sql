-- What the gate reads. Nothing else may: `known_` the keys that a reference may point to, `delivery_` the rows of the
-- loads still to be judged; for `figures_` and `replaced_` see 48_editions.sql.

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
