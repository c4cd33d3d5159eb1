-- published.retention_cohort
-- One row per quarter of ordering, home branch and quarter of the first order of all: customers who ordered.
-- Reads  curated.fct_order, curated.dim_customer, curated.dim_branch
-- Feeds  orders, customers, branches
-- Slice  first day of the quarter of ordering
-- Reach  the quarter of an order delivered, and all quarters of a customer whose first order may be another one now, or who moves.
-- Why    told by the quarter in which it happened, an order of today makes one slice anew and no cohort. Where both quarters are
--        the same, the customers are the cohort: who is in it has ordered in it.
with slice as (
    select
        s.slice_on,
        cast(s.slice_on + interval '3 months' as date) as until_on
    from unnest(cast(:slices as date[])) as s (slice_on)
),

ordered as (
    select distinct
        s.slice_on,
        o.customer_id
    from slice as s
    inner join curated.fct_order as o on s.slice_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null
),

won as (
    select
        o.customer_id,
        cast(date_trunc('quarter', min(o.ordered_on)) as date) as cohort_on
    from curated.fct_order as o
    where o.customer_id in (select r.customer_id from ordered as r)
    group by o.customer_id
),

counted as (
    select
        r.slice_on,
        d.branch_id,
        w.cohort_on,
        count(*) as customers
    from ordered as r
    inner join won as w on r.customer_id = w.customer_id
    left join curated.dim_customer as d on r.customer_id = d.customer_id
    group by r.slice_on, d.branch_id, w.cohort_on
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.cohort_on,
        c.customers
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
