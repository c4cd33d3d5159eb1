-- touched slices of published.survey_stratum
-- One row per month of sending of the invitations that these loads bring, answer, or put into another stratum.
-- Reads  staging.stg_*, curated.fct_survey, curated.fct_order, curated.fct_complaint, curated.dim_customer, curated.dim_branch
-- Why    asked before and after curating. An order counts for its customer's surveys of later months, a complaint for those sent
--        within 180 days; what becomes of it is part of the complaint.
with delivered as (
    select s.invite_id from staging.stg_surveys as s
    where s.load_id = any(:loads)
    union
    select a.invite_id from staging.stg_survey_answers as a
    where a.load_id = any(:loads)
),

ordered as (
    select
        o.customer_id,
        min(o.ordered_on) as ordered_on
    from curated.fct_order as o
    where
        o.customer_code is not null
        and o.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any(:loads)
        )
    group by o.customer_id
),

complained as (
    select
        c.customer_id,
        c.opened_at
    from curated.fct_complaint as c
    where
        c.customer_code is not null
        and (
            c.complaint_id in (
                select s.complaint_id from staging.stg_complaints as s
                where s.load_id = any(:loads)
            )
            or c.complaint_id in (
                select e.complaint_id from staging.stg_complaint_events as e
                where e.load_id = any(:loads)
            )
        )
),

moved_customer as (
    select curated.party_id('customer:' || s.customer_id) as customer_id
    from staging.stg_customers as s
    left join curated.dim_customer as d on s.customer_id = d.customer_code
    where s.load_id = any(:loads) and s.branch_id is distinct from d.branch_id
    union
    select o.customer_id
    from ordered as o
    inner join curated.dim_customer as d on o.customer_id = d.customer_id
    where not d.is_on_file
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

touched as (
    select s.cohort_on
    from delivered as d
    inner join curated.fct_survey as s on d.invite_id = s.invite_id
    union
    select s.cohort_on
    from ordered as o
    inner join curated.fct_survey as s on o.customer_id = s.customer_id and o.ordered_on < s.cohort_on
    union
    select s.cohort_on
    from complained as c
    inner join curated.fct_survey as s
        on c.customer_id = s.customer_id and c.opened_at <= s.sent_at and c.opened_at + interval '4320 hours' > s.sent_at
    union
    select s.cohort_on
    from moved_customer as m
    inner join curated.fct_survey as s on m.customer_id = s.customer_id
    union
    select s.cohort_on
    from moved_branch as m
    inner join curated.fct_survey as s on m.branch_id = s.branch_id
    union
    select s.cohort_on
    from moved_branch as m
    inner join curated.dim_customer as d on m.branch_id = d.branch_id
    inner join curated.fct_survey as s on d.customer_id = s.customer_id
)

select cohort_on as slice_on
from touched
