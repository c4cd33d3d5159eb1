-- touched slices of published.complaint_recovery
-- One row per month in which complaints of these loads, of customers whose orders they bring, named by surveys that they
-- bring, or of branches that they move to another region, were first resolved.
-- Reads  staging.stg_complaints, staging.stg_complaint_events, staging.stg_orders, staging.stg_surveys,
--        staging.stg_survey_answers, staging.now_branches, curated.fct_complaint, curated.fct_order, curated.fct_survey,
--        curated.dim_branch
-- Why    asked before and after curating: where a complaint stood and where it stands now. An order counts for 180 days after
--        a resolution, and for the tier of its customer from then on.
with delivered as (
    select complaint_id from staging.stg_complaints
    where load_id = any(:loads)
    union
    select complaint_id from staging.stg_complaint_events
    where load_id = any(:loads)
),

bought as (
    select
        o.customer_id,
        min(o.ordered_at) - interval '4320 hours' as since
    from curated.fct_order as o
    where
        o.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any(:loads)
        )
    group by o.customer_id
),

answered as (
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
),

asked as materialized (
    select s.complaint_id
    from answered as a
    inner join curated.fct_survey as s on a.invite_id = s.invite_id
),

moved as (
    select coalesce(n.branch_id, d.branch_id) as branch_id
    from staging.now_branches as n
    full join curated.dim_branch as d on n.branch_id = d.branch_id
    where n.region_id is distinct from d.region_id
),

touched as (
    select c.first_resolved_month as slice_on
    from curated.fct_complaint as c
    inner join delivered as d on c.complaint_id = d.complaint_id
    union
    select c.first_resolved_month as slice_on
    from bought as b
    inner join curated.fct_complaint as c on b.customer_id = c.customer_id and b.since <= c.first_resolved_at
    union
    select c.first_resolved_month as slice_on
    from asked as a
    inner join curated.fct_complaint as c on a.complaint_id = c.complaint_id
    union
    select c.first_resolved_month as slice_on
    from curated.fct_complaint as c
    inner join moved as m on c.branch_id = m.branch_id
),

final as (
    select slice_on from touched
    where slice_on is not null
)

select * from final
