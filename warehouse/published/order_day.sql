-- published.order_day
-- One row per day of ordering, branch and product line: orders, their amount, and what was returned of them since.
-- Reads  curated.fct_order, curated.fct_return, curated.dim_branch
-- Feeds  orders, returns, currency_rates, branches
-- Slice  month of ordering; 0001-01-01 for orders whose day is unknown
-- Reach  exact: a month is made again when one of its orders, or a return of one of them, changes.
-- Why    a return is judged with the order that it takes back. One whose order is unknown stands on its own day, with
--        returned_unknown_amount saying how much of returned_amount that is.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

ordered as (
    select
        s.slice_on,
        o.branch_id,
        o.ordered_on,
        o.product_line,
        o.amount
    from slice as s
    inner join curated.fct_order as o
        on s.slice_on <= o.ordered_on and o.ordered_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        o.branch_id,
        o.ordered_on,
        o.product_line,
        o.amount
    from slice as s
    inner join curated.fct_order as o on s.slice_on = date '0001-01-01' and o.ordered_on is null
),

returned as (
    select
        s.slice_on,
        r.branch_id,
        coalesce(r.ordered_on, r.returned_on) as judged_on,
        r.product_line,
        r.amount,
        r.ordered_on is null as is_unknown
    from slice as s
    inner join curated.fct_return as r
        on
            coalesce(r.ordered_on, r.returned_on) >= s.slice_on
            and coalesce(r.ordered_on, r.returned_on) < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        r.branch_id,
        null as judged_on,
        r.product_line,
        r.amount,
        true as is_unknown
    from slice as s
    inner join curated.fct_return as r
        on s.slice_on = date '0001-01-01' and r.ordered_on is null and r.returned_on is null
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

entry as (
    select
        slice_on,
        branch_id,
        ordered_on,
        product_line,
        1 as orders,
        amount,
        null as returned_amount,
        null as returned_unknown_amount
    from ordered
    union all
    select
        slice_on,
        branch_id,
        judged_on as ordered_on,
        product_line,
        0 as orders,
        null as amount,
        amount as returned_amount,
        case when is_unknown then amount end as returned_unknown_amount
    from returned
),

added as (
    select
        slice_on,
        branch_id,
        ordered_on,
        product_line,
        sum(orders) as orders,
        sum(amount) as amount,
        sum(returned_amount) as returned_amount,
        sum(returned_unknown_amount) as returned_unknown_amount
    from entry
    group by slice_on, branch_id, ordered_on, product_line
),

final as (
    select
        a.slice_on,
        a.branch_id,
        b.region_id,
        a.ordered_on,
        a.product_line,
        a.orders,
        a.amount,
        a.returned_amount,
        a.returned_unknown_amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
