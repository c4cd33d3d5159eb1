-- What it costs to win a customer and to keep one: five.cost_to_win, five.cost_to_keep.
-- Reads  published.five_month, published.cost_month_sums, published.compensation_month
-- Why    costs of the 12 months that end with the month, over customers won in them or kept over them. By month, every month
--        that ends in the period; else the last that had ended by its end. A month that looks back further than anything
--        was ever delivered is pending, not counted.
with every_month as not materialized (
    select m.*
    from published.five_month as m
    where
        m.refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select e.slice_on
    from every_month as e
    where cast(:until_on as date) is null or e.slice_on + interval '1 month' <= cast(:until_on as date)
    order by e.slice_on desc
    limit 1
),

month as materialized (
    select distinct
        e.slice_on as month_on,
        cast(e.slice_on - interval '11 months' as date) as from_on,
        case :metric when 'five.cost_to_win' then e.is_whole_12 else e.is_whole_24 end as is_whole
    from every_month as e
    where
        (cast(:until_on as date) is null or e.slice_on + interval '1 month' <= cast(:until_on as date))
        and e.slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end
),

reach as materialized (
    select
        min(from_on) as from_on,
        max(month_on) as month_on
    from month
),

customer as (
    select
        slice_on,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        sum(won) as won,
        sum(active_before - gone) as kept
    from every_month
    where slice_on between (select r.from_on from reach as r) and (select r.month_on from reach as r)
    group by slice_on, region, branch
),

paid as (
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

spent as (
    select
        slice_on,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        sum(cost) as cost
    from paid
    where
        slice_on between (select r.from_on from reach as r) and (select r.month_on from reach as r)
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
    group by slice_on, region, branch
),

entry as (
    select
        m.month_on,
        m.is_whole,
        s.region,
        s.branch,
        s.cost,
        0 as customers
    from month as m
    inner join spent as s on m.from_on <= s.slice_on and m.month_on >= s.slice_on
    union all
    select
        m.month_on,
        m.is_whole,
        c.region,
        c.branch,
        0 as cost,
        c.won as customers
    from month as m
    inner join customer as c on m.from_on <= c.slice_on and m.month_on >= c.slice_on
    where :metric = 'five.cost_to_win'
    union all
    select
        m.month_on,
        m.is_whole,
        c.region,
        c.branch,
        0 as cost,
        c.kept as customers
    from month as m
    inner join customer as c on m.month_on = c.slice_on
    where :metric = 'five.cost_to_keep'
),

grouped as (
    select
        cost,
        customers,
        is_whole,
        region,
        branch,
        case when 'month' = any(cast(:by as text[])) then month_on end as month
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
