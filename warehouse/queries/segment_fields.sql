-- Customers of a matrix by the fields of a grid between its two axes, with their numbers.
-- Reads  published.segment_customer_sums
-- Why    a drawing of many points shows no more than their fields, and is slow to travel. Where there are more than :most customers,
--        a field of fewer than :smallest is left out; `left_out` counts those who stand in one, `everybody` all who have a place.
--        A grain has the cells and fields of one matrix alone, and no field for who is not placed on both axes.
with standing as (
    select
        as_of_on,
        customers,
        coalesce(portfolio, value_tier, distributor, apostle) as cell,
        coalesce(portfolio_field_x, value_tier_field_x, distributor_field_x, apostle_field_x) as x,
        coalesce(portfolio_field_y, value_tier_field_y, distributor_field_y, apostle_field_y) as y
    from published.segment_customer_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_customer_grain
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or customer_kind = any(cast(:customer_kind as text[])))
),

field as (
    select
        cell,
        x,
        y,
        cast(sum(customers) as bigint) as customers,
        max(as_of_on) as as_of_on
    from standing
    where x is not null and y is not null
    group by cell, x, y
),

counted as (
    select
        f.*,
        cast(sum(f.customers) over () as bigint) as everybody
    from field as f
),

final as (
    select
        null as customer_code,
        as_of_on,
        cell,
        x,
        y,
        customers,
        cast(everybody - sum(customers) over () as bigint) as left_out,
        everybody
    from counted
    where customers >= :smallest or everybody <= :most
    order by cell, x, y
)

select *
from final
