-- Months in published.call_day that rows of these loads change.
with delivered_call as (
    select c.started_on
    from curated.fct_contact as c
    where
        c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
        and c.contact_id in (
            select s.contact_id from staging.stg_contacts as s
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
    select started_on from delivered_call
    union
    select c.started_on
    from moved_branch as d
    inner join curated.fct_contact as c on d.branch_id = c.branch_id
    where c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
)

select distinct cast(date_trunc('month', started_on) as date) as slice_on
from touched
where started_on is not null
