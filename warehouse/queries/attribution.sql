-- Orders and money credited to lead sources, under the first touch or the model asked for: lead.attribution.
-- Reads  published.attribution_day_sums
-- Why    under one model every order counts once, so models are never added: without `model` in `by` one of them is told.
with modelled as (
    select
        d.ordered_on,
        d.region_id,
        d.branch_id,
        d.product_line,
        m.model,
        m.orders,
        m.amount,
        coalesce(d.source_code, 'unattributed') as source_code
    from published.attribution_day_sums as d
    cross join
        lateral (
            values
            ('first_touch', d.first_orders, d.first_amount),
            ('last_touch', d.last_orders, d.last_amount),
            ('linear', d.linear_orders, d.linear_amount),
            ('position', d.position_orders, d.position_amount)
        ) as m (model, orders, amount)
    where
        d.refresh_id = :refresh_id
        and d.grain = :attribution_day_grain
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.ordered_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.ordered_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:product_line as text[]) = '{}' or d.product_line = any(cast(:product_line as text[])))
        and case
            when 'model' = any(cast(:by as text[]))
                then cast(:model as text[]) = '{}' or m.model = any(cast(:model as text[]))
            else m.model = coalesce((cast(:model as text[]))[1], 'first_touch')
        end
),

grouped as (
    select
        source_code as part,
        orders,
        amount,
        case when 'day' = any(cast(:by as text[])) then ordered_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', ordered_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', ordered_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'product_line' = any(cast(:by as text[])) then product_line end as product_line,
        case when 'model' = any(cast(:by as text[])) then model end as model
    from modelled
),

added as (
    select
        day,
        week,
        month,
        region,
        branch,
        product_line,
        model,
        part,
        sum(orders) as value,
        sum(amount) as revenue
    from grouped
    group by day, week, month, region, branch, product_line, model, part
),

shared as (
    select
        *,
        sum(value) over (partition by day, week, month, region, branch, product_line, model) as denominator
    from added
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        product_line,
        model,
        part,
        value,
        revenue,
        denominator,
        value / nullif(denominator, 0) as share
    from shared
    order by day, week, month, region, branch, product_line, model, part
)

select *
from final
