-- published.attribution_day
-- One row per day of ordering, branch, product line and source: orders and money that each model credits to the source.
-- Reads  curated.fct_order, curated.fct_lead, curated.dim_branch
-- Feeds  orders, leads, currency_rates, branches
-- Slice  month of ordering; 0001-01-01 for orders whose day is unknown
-- Reach  exact: a month is made again when one of its orders, or a lead that touched one, changes.
-- Why    an order is touched by the lead that it names and by every lead of its customer collected before it, a lead whose day
--        is unknown first of all. What nothing touched stands without a source, so that every model adds up to all orders.
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

touch as materialized (
    select
        o.order_id,
        l.lead_id,
        l.source_code,
        l.collected_at
    from ordered as o
    inner join curated.fct_lead as l on o.lead_id = l.lead_id
    union all
    select
        o.order_id,
        l.lead_id,
        l.source_code,
        l.collected_at
    from ordered as o
    inner join curated.fct_lead as l on o.customer_id = l.customer_id
    where l.lead_id is distinct from o.lead_id and coalesce(l.collected_at <= o.ordered_at, true)
),

credited as (
    select
        o.slice_on,
        o.branch_id,
        o.ordered_on,
        o.product_line,
        o.amount,
        t.source_code,
        row_number() over (partition by o.order_id order by t.collected_at nulls first, t.lead_id) as place,
        count(*) over (partition by o.order_id) as touches
    from ordered as o
    left join touch as t on o.order_id = t.order_id
),

added as (
    select
        slice_on,
        branch_id,
        ordered_on,
        product_line,
        source_code,
        sum(curated.credit('first_touch', 1, place, touches)) as first_orders,
        coalesce(sum(curated.credit('first_touch', amount, place, touches)), 0) as first_amount,
        sum(curated.credit('last_touch', 1, place, touches)) as last_orders,
        coalesce(sum(curated.credit('last_touch', amount, place, touches)), 0) as last_amount,
        sum(curated.credit('linear', 1, place, touches)) as linear_orders,
        coalesce(sum(curated.credit('linear', amount, place, touches)), 0) as linear_amount,
        sum(curated.credit('position', 1, place, touches)) as position_orders,
        coalesce(sum(curated.credit('position', amount, place, touches)), 0) as position_amount
    from credited
    group by slice_on, branch_id, ordered_on, product_line, source_code
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
        a.ordered_on,
        a.product_line,
        a.source_code,
        a.first_orders,
        a.first_amount,
        a.last_orders,
        a.last_amount,
        a.linear_orders,
        a.linear_amount,
        a.position_orders,
        a.position_amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
