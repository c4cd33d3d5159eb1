-- published.first_touch_month
-- One row per month of ordering, month of collection, branch and source of the lead that first touched the order.
-- Reads  curated.fct_order, curated.fct_lead, curated.dim_branch
-- Feeds  orders, leads, currency_rates, branches
-- Slice  month of ordering; 0001-01-01 for orders whose day is unknown
-- Reach  exact: a month is made again when one of its orders, or a lead that touched one, changes.
-- Why    what leads of a month have brought so far is the sum over all later months. Slices follow the order, so that a new
--        order writes its own month and not that of the lead. `cohort_on` is 0001-01-01 where the lead's day is unknown;
--        an order that no lead touched has no row.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

ordered as (
    select
        s.slice_on,
        o.*
    from slice as s
    inner join curated.fct_order as o
        on s.slice_on <= o.ordered_on and o.ordered_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        o.*
    from slice as s
    inner join curated.fct_order as o on s.slice_on = date '0001-01-01' and o.ordered_on is null
),

touch as (
    select
        o.slice_on,
        o.order_id,
        o.amount,
        l.lead_id,
        l.branch_id,
        l.source_code,
        l.collected_at,
        l.collected_on
    from ordered as o
    inner join curated.fct_lead as l on o.lead_id = l.lead_id
    union all
    select
        o.slice_on,
        o.order_id,
        o.amount,
        l.lead_id,
        l.branch_id,
        l.source_code,
        l.collected_at,
        l.collected_on
    from ordered as o
    inner join curated.fct_lead as l on o.customer_id = l.customer_id
    where l.lead_id is distinct from o.lead_id and coalesce(l.collected_at <= o.ordered_at, true)
),

first_touch as (
    select distinct on (order_id) *
    from touch
    order by order_id, collected_at nulls first, lead_id
),

added as (
    select
        slice_on,
        branch_id,
        source_code,
        coalesce(cast(date_trunc('month', collected_on) as date), date '0001-01-01') as cohort_on,
        count(*) as orders,
        coalesce(sum(amount), 0) as amount
    from first_touch
    group by slice_on, branch_id, source_code, date_trunc('month', collected_on)
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        a.slice_on,
        a.branch_id,
        b.region_id,
        a.source_code,
        a.cohort_on,
        a.orders,
        a.amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
