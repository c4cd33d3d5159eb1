-- published.repurchase
-- One row per day of sending, branch, method and both satisfactions: invitations, and those whose customer ordered in 180 days.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.fct_order, curated.dim_branch
-- Feeds  survey_answers, surveys, orders, branches
-- Slice  month of sending
-- Reach  exact: a month is made again when one of its invitations or answers changes, or an order in the 180 days after one.
-- Why    satisfied is an answer in the two best fifths of its own scale, as in csat.top2. Whether an invitation has had its
--        180 days is asked when the figure is read. 180 days are 180 times 24 hours, whatever the clocks do.
with survey as (
    select
        s.customer_id,
        s.invite_id,
        s.cohort_on,
        s.branch_id,
        s.method_code,
        s.sent_at,
        s.sent_on
    from curated.fct_survey as s
    where s.cohort_on = any(:slices) and s.customer_code is not null and s.sent_on is not null
),

judged as (
    select
        a.customer_id,
        a.invite_id,
        bool_or((a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6)
        filter (where a.question_code = 'product') as is_product_satisfied,
        bool_or((a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6)
        filter (where a.question_code = 'service') as is_service_satisfied
    from survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where
        a.question_code in ('product', 'service')
        and a.score between a.scale_min and a.scale_max
        and a.scale_min < a.scale_max
    group by a.customer_id, a.invite_id
),

reordered as (
    select
        s.customer_id,
        s.invite_id,
        cast(null as boolean) as is_product_satisfied,
        cast(null as boolean) as is_service_satisfied
    from survey as s
    inner join curated.fct_order as o
        on s.customer_id = o.customer_id and s.sent_at < o.ordered_at and s.sent_at + interval '4320 hours' >= o.ordered_at
),

-- Put together row by row: joined, PostgreSQL may go through all orders for each answer.
told as (
    select
        j.*,
        false as has_ordered
    from judged as j
    union all
    select
        r.*,
        true as has_ordered
    from reordered as r
),

known as (
    select
        customer_id,
        invite_id,
        bool_or(is_product_satisfied) as is_product_satisfied,
        bool_or(is_service_satisfied) as is_service_satisfied,
        bool_or(has_ordered) as has_ordered
    from told
    group by customer_id, invite_id
),

followed as (
    select
        s.cohort_on,
        s.branch_id,
        s.sent_on,
        s.method_code,
        k.is_product_satisfied,
        k.is_service_satisfied,
        k.has_ordered
    from survey as s
    inner join known as k on s.customer_id = k.customer_id and s.invite_id = k.invite_id
    where k.is_product_satisfied is not null and k.is_service_satisfied is not null
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        f.cohort_on as slice_on,
        f.branch_id,
        b.region_id,
        f.sent_on,
        f.method_code,
        f.is_product_satisfied,
        f.is_service_satisfied,
        count(*) as invitations,
        count(*) filter (where f.has_ordered) as ordered_in_180
    from followed as f
    left join branch as b on f.branch_id = b.branch_id
    group by
        f.cohort_on, f.branch_id, b.region_id, f.sent_on, f.method_code, f.is_product_satisfied, f.is_service_satisfied
)

select *
from final
