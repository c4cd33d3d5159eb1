-- Customers of a matrix as points between its two axes; where there are more than :most, as fields of a grid, with their numbers.
-- Reads  published.segment_customer
-- Why    a drawing of more points shows no more than its fields, and is slow to travel. A field of fewer than :smallest customers
--        is left out where there are so many; `left_out` counts those who stand in one. A step of an axis in ratios is a ratio.
--        Who is not placed on both axes is no point. Value tiers lie between the months since the last order and the orders.
with standing as (
    select
        c.customer_code,
        c.as_of_on,
        case :matrix
            when 'portfolio' then c.portfolio
            when 'value_tier' then c.value_tier
            when 'distributor' then c.distributor
            when 'apostle' then c.apostle
        end as cell,
        case :matrix
            when 'portfolio' then c.attractiveness
            when 'value_tier'
                then
                    12 * (extract(year from c.as_of_on) - extract(year from c.last_ordered_on))
                    + extract(month from c.as_of_on) - extract(month from c.last_ordered_on)
            when 'distributor' then c.spend
            when 'apostle' then c.satisfaction
        end as x,
        case :matrix
            when 'portfolio' then c.support
            when 'value_tier' then c.orders
            when 'distributor' then c.distributor_loyalty
            when 'apostle' then c.apostle_loyalty
        end as y
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or c.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or c.branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or c.customer_kind = any(cast(:customer_kind as text[])))
),

point as (
    select
        s.customer_code,
        s.as_of_on,
        s.cell,
        cast(s.x as double precision) as x,
        cast(s.y as double precision) as y,
        count(*) over () as everybody
    from standing as s
    where s.cell != 'unknown' and s.x is not null and s.y is not null
),

stepped as (
    select
        p.*,
        case
            when not :x_in_ratios then round(p.x / :x_step)
            when p.x > 0 then round(ln(p.x) / :x_step)
        end as x_number,
        case
            when not :y_in_ratios then round(p.y / :y_step)
            when p.y > 0 then round(ln(p.y) / :y_step)
        end as y_number
    from point as p
),

field as (
    select
        cell,
        max(as_of_on) as as_of_on,
        max(everybody) as everybody,
        count(*) as customers,
        case when :x_in_ratios then coalesce(exp(x_number * :x_step), 0) else x_number * :x_step end as x,
        case when :y_in_ratios then coalesce(exp(y_number * :y_step), 0) else y_number * :y_step end as y
    from stepped
    where :is_grid or everybody > :most
    group by cell, x_number, y_number
),

final as (
    select
        customer_code,
        as_of_on,
        cell,
        x,
        y,
        1 as customers,
        0 as left_out
    from point
    where not :is_grid and everybody <= :most
    union all
    select
        null as customer_code,
        f.as_of_on,
        f.cell,
        f.x,
        f.y,
        f.customers,
        f.everybody - sum(f.customers) over () as left_out
    from field as f
    where f.customers >= :smallest or f.everybody <= :most
    order by cell, x, y, customer_code
)

select *
from final
