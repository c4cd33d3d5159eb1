-- touched slices of published.survey_handling
-- One row per month of sending of the surveys about complaints that these loads bring, answer, resolve or follow with an order
-- or a referral.
-- Reads  staging.stg_*, curated.fct_survey, curated.fct_complaint, curated.fct_order, curated.fct_lead, curated.dim_branch
-- Why    asked before and after curating. An order or a referral counts where the complaint had been resolved in the 180 days before it.
with delivered as (
    select s.invite_id from staging.stg_surveys as s
    where s.load_id = any(:loads)
    union
    select a.invite_id from staging.stg_survey_answers as a
    where a.load_id = any(:loads)
),

complained as (
    select c.complaint_id from staging.stg_complaints as c
    where c.load_id = any(:loads)
    union
    select e.complaint_id from staging.stg_complaint_events as e
    where e.load_id = any(:loads)
),

acted as (
    select
        o.customer_id,
        o.ordered_at as happened_at
    from curated.fct_order as o
    where
        o.customer_code is not null
        and o.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any(:loads)
        )
    union all
    select
        l.referrer_id as customer_id,
        l.collected_at as happened_at
    from curated.fct_lead as l
    where
        l.referrer_id is not null
        and l.lead_id in (
            select s.lead_id from staging.stg_leads as s
            where s.load_id = any(:loads)
        )
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

about_complaint as materialized (
    select
        invite_id,
        complaint_id,
        customer_code,
        customer_id,
        cohort_on
    from curated.fct_survey
    where complaint_id is not null
),

survey as (
    select
        s.*,
        c.first_resolved_at,
        case when s.customer_code is not null then s.customer_id else c.customer_id end as followed_id
    from about_complaint as s
    inner join curated.fct_complaint as c on s.complaint_id = c.complaint_id
),

touched as (
    select s.cohort_on
    from delivered as d
    inner join survey as s on d.invite_id = s.invite_id
    union
    select s.cohort_on
    from complained as c
    inner join curated.fct_survey as s on c.complaint_id = s.complaint_id
    union
    select s.cohort_on
    from acted as a
    inner join survey as s
        on
            a.customer_id = s.followed_id
            and a.happened_at > s.first_resolved_at
            and a.happened_at <= s.first_resolved_at + interval '4320 hours'
    union
    select s.cohort_on
    from moved_branch as m
    inner join curated.fct_survey as s on m.branch_id = s.branch_id
)

select cohort_on as slice_on
from touched
