-- Orders and their amount in the reporting currency: order.count, order.amount.
-- Reads  published.order_day_sums
with ordered as (
    select
        case when 'day' = any(cast(:by as text[])) then d.ordered_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', d.ordered_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.ordered_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'product_line' = any(cast(:by as text[])) then d.product_line end as product_line,
        case :metric when 'order.count' then d.orders else d.amount end as value
    from published.order_day_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :order_day_grain
        and d.orders > 0
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.ordered_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.ordered_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:product_line as text[]) = '{}' or d.product_line = any(cast(:product_line as text[])))
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        product_line,
        sum(value) as value
    from ordered
    group by day, week, month, region, branch, product_line
    order by day, week, month, region, branch, product_line
)

select *
from final
