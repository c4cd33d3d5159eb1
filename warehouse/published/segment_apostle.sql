-- published.segment_apostle
-- One row per month that has ended, home branch, kind of customer, and cell of the apostle matrix before and after.
-- Reads  curated.moved (fct_survey, fct_survey_answer, fct_order, fct_contact, dim_customer), curated.dim_branch
-- Feeds  surveys, survey_answers, orders, contacts, customers, branches, currency_rates, targets
-- Slice  month at whose end customers are placed
-- Reach  every month from that of the earliest survey, order, visit or target delivered on, and months that have ended since.
-- Why    as published.segment_move; apart from it because answers arrive daily, and because a company may have no orders.
with cut as (
    select cast(:cuts as jsonb) as cuts
),

ended as (
    select curated.ended_months(cast(:slices as date[]), cast(:data_until as timestamptz), :zone) as slices
),

moved as (
    select m.*
    from cut as c
    cross join ended as e
    cross join curated.moved('{apostle}', e.slices, c.cuts) as m
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        m.slice_on,
        m.branch_id,
        b.region_id,
        m.customer_kind,
        m.matrix,
        m.from_cell,
        m.to_cell,
        m.customers,
        m.revenue,
        m.visits_got,
        m.would_move,
        m.customers * cast(c.cuts -> m.matrix -> 'visits' ->> m.to_cell as numeric) as visits_due
    from moved as m
    cross join cut as c
    left join branch as b on m.branch_id = b.branch_id
)

select *
from final
