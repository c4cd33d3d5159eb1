-- Orders and money credited to lead sources, under the first touch or the model asked for: lead.attribution.
-- Reads  published.attribution_day_sums
-- Why    under one model every order counts once, so models are never added: without `model` in `by` one of them is told.
with credited as (
    select
        first_orders,
        first_amount,
        last_orders,
        last_amount,
        linear_orders,
        linear_amount,
        position_orders,
        position_amount,
        coalesce(source_code, 'unattributed') as part,
        case when 'day' = any(cast(:by as text[])) then ordered_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', ordered_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', ordered_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'product_line' = any(cast(:by as text[])) then product_line end as product_line
    from published.attribution_day_sums
    where
        refresh_id = :refresh_id
        and grain = :attribution_day_grain
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or ordered_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or ordered_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:product_line as text[]) = '{}' or product_line = any(cast(:product_line as text[])))
),

added as (
    select
        day,
        week,
        month,
        region,
        branch,
        product_line,
        part,
        sum(first_orders) as first_orders,
        sum(first_amount) as first_amount,
        sum(last_orders) as last_orders,
        sum(last_amount) as last_amount,
        sum(linear_orders) as linear_orders,
        sum(linear_amount) as linear_amount,
        sum(position_orders) as position_orders,
        sum(position_amount) as position_amount
    from credited
    group by day, week, month, region, branch, product_line, part
),

modelled as (
    select
        a.day,
        a.week,
        a.month,
        a.region,
        a.branch,
        a.product_line,
        a.part,
        m.value,
        m.revenue,
        case when 'model' = any(cast(:by as text[])) then m.model end as model
    from added as a
    cross join
        lateral (
            values
            ('first_touch', a.first_orders, a.first_amount),
            ('last_touch', a.last_orders, a.last_amount),
            ('linear', a.linear_orders, a.linear_amount),
            ('position', a.position_orders, a.position_amount)
        ) as m (model, value, revenue)
    where
        case
            when 'model' = any(cast(:by as text[]))
                then cast(:model as text[]) = '{}' or m.model = any(cast(:model as text[]))
            else m.model = coalesce((cast(:model as text[]))[1], 'first_touch')
        end
),

shared as (
    select
        *,
        sum(value) over (partition by day, week, month, region, branch, product_line, model) as denominator
    from modelled
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
