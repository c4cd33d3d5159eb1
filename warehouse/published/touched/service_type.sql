-- Months in published.service_type that rows of these loads change: the 12 that look back on an audit delivered or on one of
-- somebody or some branch that moves, those that have ended since the last refresh, and those that turn out not to have ended.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

first_month as (
    select cast(date_trunc('month', min(visited_on)) as date) as month_on from curated.fct_service_audit
),

standing as (
    select slice_on from ops.standing
    where table_name = 'service_type'
),

ended as (
    select cast(generate_series(f.month_on, l.month_on, interval '1 month') as date) as slice_on
    from first_month as f
    cross join last_month as l
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

moved_staff as (
    select s.staff_id
    from staging.stg_staff as s
    left join curated.dim_staff as d on s.staff_id = d.staff_id
    where s.load_id = any(:loads) and s.branch_id is distinct from d.branch_id
    union
    select d.staff_id
    from moved_branch as m
    inner join curated.dim_staff as d on m.branch_id = d.branch_id
),

happened as (
    select a.visited_on as happened_on
    from staging.stg_service_audits as s
    inner join curated.fct_service_audit as a on s.audit_id = a.audit_id
    where s.load_id = any(:loads)
    union
    select a.visited_on as happened_on
    from moved_staff as m
    inner join curated.fct_service_audit as a on m.staff_id = a.staff_id
    union
    select a.visited_on as happened_on
    from moved_branch as m
    inner join curated.fct_service_audit as a on m.branch_id = a.branch_id
),

happening_month as (
    select distinct cast(date_trunc('month', happened_on) as date) as month_on from happened
),

touched as (
    select e.slice_on
    from ended as e
    inner join happening_month as h on e.slice_on >= h.month_on and e.slice_on < h.month_on + interval '12 months'
    union
    select e.slice_on
    from ended as e
    where e.slice_on not in (select s.slice_on from standing as s)
    union
    select s.slice_on
    from standing as s
    where s.slice_on not in (select e.slice_on from ended as e)
)

select slice_on
from touched
