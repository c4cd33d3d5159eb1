-- Returned amount of what was ordered, by the month of the order, once it has had its time: five.return_rate.
-- Reads  published.order_day_sums, published.feed_status
-- Why    a return is judged with the order it takes back; one whose order is unknown stands on its own day. An order has had
--        its time when so many whole days after its day are over; those that have not are pending. Days are read of those months
--        alone that lie on both sides of that, or partly in the period: of others, what they add up to.
with known as materialized (
    select least(min(f.heard_on) filter (where f.feed = 'returns'), max(f.data_on)) as data_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('orders', 'returns')
),

parted as (
    select cast(date_trunc('month', d.day) as date) as month_on
    from known as k
    cross join
        lateral (
            values
            (cast(:from_on as timestamp) - interval '1 day'),
            (cast(:until_on as timestamp)),
            (cast(k.data_on - cast(:mature_days as integer) as timestamp))
        ) as d (day)
),

ordered as (
    select
        d.orders,
        d.amount,
        d.returned_amount,
        d.returned_unknown_amount,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.ordered_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'product_line' = any(cast(:by as text[])) then d.product_line end as product_line,
        d.ordered_on + cast(:mature_days as integer) < k.data_on as is_due
    from published.order_day_sums as d
    cross join known as k
    where
        d.refresh_id = :refresh_id
        and d.grain = case
            when d.slice_on = any(array(select p.month_on from parted as p)) then :order_day_grain
            else replace(:order_day_grain, ' day', ' month')
        end
        and d.ordered_on is not null
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.ordered_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.ordered_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:product_line as text[]) = '{}' or d.product_line = any(cast(:product_line as text[])))
),

added as (
    select
        month,
        region,
        branch,
        product_line,
        coalesce(sum(returned_amount) filter (where is_due), 0) as numerator,
        sum(amount) filter (where is_due) as denominator,
        coalesce(sum(orders) filter (where is_due), 0) as n,
        coalesce(sum(orders) filter (where not is_due), 0) as pending,
        coalesce(sum(returned_unknown_amount) filter (where is_due), 0) as unknown
    from ordered
    group by month, region, branch, product_line
),

final as (
    select
        month,
        region,
        branch,
        product_line,
        numerator,
        denominator,
        n,
        pending,
        unknown,
        numerator / nullif(denominator, 0) as value
    from added
    order by month, region, branch, product_line
)

select *
from final
