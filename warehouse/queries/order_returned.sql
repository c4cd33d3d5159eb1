-- Returns by the day they came back: return.amount.
-- Reads  published.return_day_sums
with returned as (
    select
        d.amount as value,
        case when 'day' = any(cast(:by as text[])) then d.returned_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', d.returned_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.returned_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'product_line' = any(cast(:by as text[])) then d.product_line end as product_line
    from published.return_day_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :return_day_grain
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.returned_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.returned_on < cast(:until_on as date))
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
    from returned
    group by day, week, month, region, branch, product_line
    order by day, week, month, region, branch, product_line
)

select *
from final
