-- What it costs to win a customer and to keep one: five.cost_to_win, five.cost_to_keep.
-- Reads  published.five_month, published.cost_month_sums, published.compensation_month
-- Why    costs of the 12 months that end with the month, over customers won in them or kept over them. By month, every month
--        that ends in the period; else the last that had ended by its end. A month that looks back further than anything
--        was ever delivered is pending, not counted.
with standing as (
    select m.*
    from published.five_month as m
    where
        m.refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

ended as (
    select distinct
        slice_on as month_on,
        cast(slice_on - interval '11 months' as date) as from_on,
        case :metric when 'five.cost_to_win' then is_whole_12 else is_whole_24 end as is_whole
    from standing
    where
        (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
),

newest as (
    select max(month_on) as month_on from ended
),

month as (
    select e.*
    from ended as e
    inner join newest as n on e.month_on = n.month_on or 'month' = any(cast(:by as text[]))
),

spent as (
    select
        slice_on,
        region_id,
        branch_id,
        case :metric when 'five.cost_to_win' then source_amount + new_amount else existing_amount end as cost
    from published.cost_month_sums
    where
        refresh_id = :refresh_id
        and grain = :cost_month_grain
    union all
    select
        slice_on,
        region_id,
        branch_id,
        amount as cost
    from published.compensation_month
    where refresh_id = :refresh_id and :metric = 'five.cost_to_keep'
),

entry as (
    select
        m.month_on,
        m.is_whole,
        s.region_id,
        s.branch_id,
        s.cost,
        0 as customers
    from month as m
    inner join spent as s on m.from_on <= s.slice_on and m.month_on >= s.slice_on
    where
        (cast(:regions as text[]) = '{}' or s.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or s.branch_id = any(cast(:branches as text[])))
    union all
    select
        m.month_on,
        m.is_whole,
        s.region_id,
        s.branch_id,
        0 as cost,
        s.won as customers
    from month as m
    inner join standing as s on m.from_on <= s.slice_on and m.month_on >= s.slice_on
    where :metric = 'five.cost_to_win'
    union all
    select
        m.month_on,
        m.is_whole,
        s.region_id,
        s.branch_id,
        0 as cost,
        s.active_before - s.gone as customers
    from month as m
    inner join standing as s on m.month_on = s.slice_on
    where :metric = 'five.cost_to_keep'
),

grouped as (
    select
        cost,
        customers,
        is_whole,
        case when 'month' = any(cast(:by as text[])) then month_on end as month,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch
    from entry
),

added as (
    select
        month,
        region,
        branch,
        coalesce(sum(cost) filter (where is_whole), 0) as numerator,
        coalesce(sum(customers) filter (where is_whole), 0) as denominator,
        coalesce(sum(customers) filter (where not is_whole), 0) as pending
    from grouped
    group by month, region, branch
),

final as (
    select
        month,
        region,
        branch,
        numerator,
        denominator,
        denominator as n,
        pending,
        numerator / nullif(denominator, 0) as value
    from added
    order by month, region, branch
)

select *
from final
