-- Months of collection in published.lead_day that rows of these loads change.
-- Asked before curating (what was there) and after it (what is there now); what lies later than the moment that counted
-- changes nothing.
with delivered_lead as (
    select l.*
    from curated.fct_lead as l
    where l.lead_id in (
        select s.lead_id from staging.stg_leads as s
        where s.load_id = any(:loads)
    )
),

delivered_order as (
    select o.*
    from curated.fct_order as o
    where o.order_id in (
        select s.order_id from staging.stg_orders as s
        where s.load_id = any(:loads)
    )
),

delivered_contact as (
    select c.*
    from curated.fct_contact as c
    where c.is_reached and c.contact_id in (
        select s.contact_id from staging.stg_contacts as s
        where s.load_id = any(:loads)
    )
),

delivered_attendance as (
    select a.*
    from curated.fct_attendance as a
    where
        a.event_id in (
            select s.event_id from staging.stg_attendances as s
            where s.load_id = any(:loads)
        )
        or a.event_id in (
            select s.event_id from staging.stg_events as s
            where s.load_id = any(:loads)
        )
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

touched as (
    select p.cohort_on
    from delivered_lead as d
    inner join curated.fct_lead_progress as p on d.lead_id = p.lead_id
    union
    select p.cohort_on
    from delivered_lead as d
    inner join curated.fct_lead_progress as p on d.referrer_id = p.customer_id
    where coalesce(d.collected_at <= p.referred_at, true)
    union
    select p.cohort_on
    from delivered_order as d
    inner join curated.fct_lead_progress as p on d.lead_id = p.lead_id
    where coalesce(d.ordered_at <= coalesce(p.second_ordered_at, p.first_ordered_at), true)
    union
    select p.cohort_on
    from delivered_order as d
    inner join curated.fct_lead_progress as p on d.customer_id = p.customer_id
    where d.lead_id is null and coalesce(d.ordered_at <= coalesce(p.second_ordered_at, p.first_ordered_at), true)
    union
    select p.cohort_on
    from delivered_contact as d
    inner join curated.fct_lead_progress as p on d.lead_id = p.lead_id
    where d.started_at <= p.reached_at or d.started_at <= p.invited_at
    union
    select p.cohort_on
    from delivered_contact as d
    inner join curated.fct_lead_progress as p on d.customer_id = p.customer_id
    where d.lead_id is null and (d.started_at <= p.reached_at or d.started_at <= p.invited_at)
    union
    select p.cohort_on
    from delivered_attendance as d
    inner join curated.fct_lead_progress as p on d.lead_id = p.lead_id
    union
    select p.cohort_on
    from delivered_attendance as d
    inner join curated.fct_lead_progress as p on d.customer_id = p.customer_id
    where d.lead_id is null
    union
    select p.cohort_on
    from moved_branch as d
    inner join curated.fct_lead_progress as p on d.branch_id = p.branch_id
)

select cohort_on as slice_on
from touched
