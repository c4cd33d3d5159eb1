-- Months of collection in published.lead_call that rows of these loads change.
-- Contacts of other purposes change nothing.
with delivered_lead as (
    select s.lead_id
    from staging.stg_leads as s
    where s.load_id = any(:loads)
),

delivered_contact as (
    select c.*
    from curated.fct_contact as c
    where
        c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
        and c.contact_id in (
            select s.contact_id from staging.stg_contacts as s
            where s.load_id = any(:loads)
        )
),

moved_source as (
    select s.source_code
    from staging.stg_lead_sources as s
    left join curated.dim_lead_source as d on s.source_code = d.source_code
    where
        s.load_id = any(:loads)
        and (s.source_group is distinct from d.source_group or s.screening_days is distinct from d.screening_days)
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

touched as (
    select c.cohort_on
    from delivered_lead as d
    inner join curated.fct_lead_call as c on d.lead_id = c.lead_id
    union
    select c.cohort_on
    from delivered_contact as d
    inner join curated.fct_lead_call as c on d.lead_id = c.lead_id
    union
    select c.cohort_on
    from delivered_contact as d
    inner join curated.fct_lead_call as c on d.customer_id = c.customer_id
    where d.lead_id is null and d.started_at >= c.collected_at
    union
    select c.cohort_on
    from moved_source as d
    inner join curated.fct_lead_call as c on d.source_code = c.source_code
    union
    select c.cohort_on
    from moved_branch as d
    inner join curated.fct_lead_call as c on d.branch_id = c.branch_id
)

select cohort_on as slice_on
from touched
where cohort_on > date '0001-01-01'
