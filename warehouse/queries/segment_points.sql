-- Customers of a matrix as points between its two axes: of portfolio and distributor, whose axes are no whole steps.
-- Reads  published.segment_customer, published.segment_customer_sums
-- Why    asked where they are few. Sums say in which branches and cells they stand, and how many together: nobody has a place beyond
--        that, and no others are read. Who is not placed on both axes is no point.
with told as materialized (
    select
        branch_id,
        cast(sum(customers) as bigint) as customers,
        coalesce(portfolio, distributor) as cell
    from published.segment_customer_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_customer_grain
        and coalesce(portfolio, distributor) != 'unknown'
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or customer_kind = any(cast(:customer_kind as text[])))
    group by branch_id, coalesce(portfolio, distributor)
),

point as (
    select
        c.customer_code,
        c.customer_kind,
        c.as_of_on,
        c.portfolio as cell,
        c.attractiveness as x,
        c.support as y
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and :matrix = 'portfolio'
        and c.portfolio = any(array(select t.cell from told as t))
        and c.branch_id = any(array(select t.branch_id from told as t))
        and c.portfolio_place <= (select max(t.customers) from told as t)
        and c.portfolio_field_x is not null
        and c.portfolio_field_y is not null
    union all
    select
        c.customer_code,
        c.customer_kind,
        c.as_of_on,
        c.distributor as cell,
        cast(c.spend as double precision) as x,
        c.distributor_loyalty as y
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and :matrix = 'distributor'
        and c.distributor = any(array(select t.cell from told as t))
        and c.branch_id = any(array(select t.branch_id from told as t))
        and c.distributor_place <= (select max(t.customers) from told as t)
        and c.distributor_field_x is not null
        and c.distributor_field_y is not null
),

final as (
    select
        customer_code,
        as_of_on,
        cell,
        x,
        y,
        cast(1 as bigint) as customers,
        cast(0 as bigint) as left_out
    from point
    where cast(:customer_kind as text[]) = '{}' or customer_kind = any(cast(:customer_kind as text[]))
    order by cell, x, y, customer_code
)

select *
from final
