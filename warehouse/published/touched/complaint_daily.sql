-- touched slices of published.complaint_daily
-- One row per month in which complaints of these loads come, come back or go, or of branches that they move to another region.
-- Reads  staging.stg_complaints, staging.stg_complaint_events, staging.now_branches, curated.fct_complaint, curated.dim_branch
-- Why    asked before and after curating: where a complaint stood and where it stands now.
with delivered as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

moved as (
    select coalesce(n.branch_id, d.branch_id) as branch_id
    from staging.now_branches as n
    full join curated.dim_branch as d on n.branch_id = d.branch_id
    where n.region_id is distinct from d.region_id
),

complaint as (
    select
        c.complaint_id,
        c.open_while
    from curated.fct_complaint as c
    inner join delivered as d on c.complaint_id = d.complaint_id
    union all
    select
        c.complaint_id,
        c.open_while
    from curated.fct_complaint as c
    inner join moved as m on c.branch_id = m.branch_id
),

edge as (
    select e.instant
    from complaint as c
    cross join unnest(c.open_while) as s (open_while)
    cross join lateral (values (lower(s.open_while)), (upper(s.open_while))) as e (instant)
),

final as (
    select distinct cast(date_trunc('month', instant at time zone :zone) as date) as slice_on
    from edge
    where instant is not null
)

select * from final
