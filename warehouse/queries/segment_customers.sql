-- The customers in one cell of a matrix at the end of the last month that has ended, those with the highest spend first.
-- Reads  published.segment_customer, published.segment_customer_sums, published.feed_status
-- Why    the first of several branches and kinds are among the first of each: none beyond :places are read, and how many stand there
--        is told by sums. A grain has the cells of one matrix alone.
with told as materialized (
    select count(*) > 0 as has_visits from published.feed_status
    where refresh_id = :refresh_id and feed = 'contacts'
),

counted as (
    select cast(sum(customers) as bigint) as in_cell
    from published.segment_customer_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_customer_grain
        and coalesce(portfolio, value_tier, distributor, apostle) = :cell
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or customer_kind = any(cast(:customer_kind as text[])))
),

foremost as (
    select
        c.*,
        c.portfolio_visits_due as visits_due,
        c.portfolio_place as place
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and :matrix = 'portfolio'
        and c.portfolio = :cell
        and c.portfolio_place <= :places
    union all
    select
        c.*,
        c.value_tier_visits_due as visits_due,
        c.value_tier_place as place
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and :matrix = 'value_tier'
        and c.value_tier = :cell
        and c.value_tier_place <= :places
    union all
    select
        c.*,
        c.distributor_visits_due as visits_due,
        c.distributor_place as place
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and :matrix = 'distributor'
        and c.distributor = :cell
        and c.distributor_place <= :places
    union all
    select
        c.*,
        c.apostle_visits_due as visits_due,
        c.apostle_place as place
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and :matrix = 'apostle'
        and c.apostle = :cell
        and c.apostle_place <= :places
),

final as (
    select
        f.customer_code,
        f.customer_kind,
        f.region_id,
        f.branch_id,
        f.as_of_on,
        f.portfolio,
        f.value_tier,
        f.distributor,
        f.apostle,
        cast(f.spend as double precision) as spend,
        f.orders,
        f.last_ordered_on,
        f.attractiveness,
        f.support,
        f.satisfaction,
        f.place,
        cast(f.visits_due as double precision) as visits_due,
        case when t.has_visits then f.visits_got end as visits_got,
        (select c.in_cell from counted as c) as in_cell
    from foremost as f
    cross join told as t
    where
        (cast(:regions as text[]) = '{}' or f.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or f.branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or f.customer_kind = any(cast(:customer_kind as text[])))
    order by f.spend desc, f.customer_code asc
    limit :most
)

select *
from final
