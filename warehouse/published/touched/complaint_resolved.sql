-- touched slices of published.complaint_resolved
-- One row per month in which complaints of these loads, of branches that they move to another region, or of customers who
-- complained or were spoken with in the 7 days after, were first resolved.
-- Reads  staging.stg_complaints, staging.stg_complaint_events, staging.stg_contacts, staging.now_branches,
--        curated.fct_complaint, curated.fct_contact, curated.dim_branch
-- Why    asked before and after curating: where a complaint stood and where it stands now.
with delivered as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

complaint as (
    select c.*
    from curated.fct_complaint as c
    inner join delivered as d on c.complaint_id = d.complaint_id
),

spoken as (
    select
        s.customer_id,
        s.started_at as happened_at
    from curated.fct_contact as s
    where
        s.purpose_code = 'complaint'
        and s.contact_id in (
            select t.contact_id from staging.stg_contacts as t
            where t.load_id = any(:loads)
        )
),

happened as (
    select
        customer_id,
        happened_at
    from spoken
    union
    select
        customer_id,
        opened_at as happened_at
    from complaint
),

moved as (
    select coalesce(n.branch_id, d.branch_id) as branch_id
    from staging.now_branches as n
    full join curated.dim_branch as d on n.branch_id = d.branch_id
    where n.region_id is distinct from d.region_id
),

touched as (
    select first_resolved_month as slice_on
    from complaint
    union
    select c.first_resolved_month as slice_on
    from curated.fct_complaint as c
    inner join moved as m on c.branch_id = m.branch_id
    union
    select c.first_resolved_month as slice_on
    from happened as h
    inner join curated.fct_complaint as c
        on
            h.customer_id = c.customer_id
            and h.happened_at > c.first_resolved_at
            and h.happened_at - interval '168 hours' <= c.first_resolved_at
),

final as (
    select slice_on from touched
    where slice_on is not null
)

select * from final
