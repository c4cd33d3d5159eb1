-- Months of sending in published.repurchase that rows of these loads change: of invitations delivered or answered, of those
-- sent in the 180 days before an order delivered, and of those of a branch that moves.
with delivered as (
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
),

delivered_order as (
    select
        o.customer_id,
        o.ordered_at
    from curated.fct_order as o
    where
        o.customer_code is not null
        and o.order_id in (
            select s.order_id from staging.stg_orders as s
            where s.load_id = any(:loads)
        )
),

moved_branch as (
    select s.branch_id
    from staging.stg_branches as s
    left join curated.dim_branch as b on s.branch_id = b.branch_id
    where s.load_id = any(:loads) and s.region_id is distinct from b.region_id
),

final as (
    select s.cohort_on as slice_on
    from delivered as d
    inner join curated.fct_survey as s on d.invite_id = s.invite_id
    union
    select s.cohort_on as slice_on
    from delivered_order as d
    inner join curated.fct_survey as s
        on d.customer_id = s.customer_id and d.ordered_at > s.sent_at and d.ordered_at <= s.sent_at + interval '4320 hours'
    union
    select s.cohort_on as slice_on
    from moved_branch as m
    inner join curated.fct_survey as s on m.branch_id = s.branch_id
)

select slice_on
from final
