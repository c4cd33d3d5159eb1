-- The customers in one cell of a matrix at the end of the last month that has ended.
-- Reads  published.segment_customer, published.feed_status
with told as materialized (
    select count(*) > 0 as has_visits from published.feed_status
    where refresh_id = :refresh_id and feed = 'contacts'
),

placed as (
    select
        c.*,
        case :matrix
            when 'portfolio' then c.portfolio
            when 'value_tier' then c.value_tier
            when 'distributor' then c.distributor
            when 'apostle' then c.apostle
        end as cell,
        case :matrix
            when 'portfolio' then c.portfolio_visits_due
            when 'value_tier' then c.value_tier_visits_due
            when 'distributor' then c.distributor_visits_due
            when 'apostle' then c.apostle_visits_due
        end as visits_due
    from published.segment_customer as c
    where
        c.refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or c.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or c.branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or c.customer_kind = any(cast(:customer_kind as text[])))
),

final as (
    select
        p.customer_code,
        p.customer_kind,
        p.region_id,
        p.branch_id,
        p.as_of_on,
        p.portfolio,
        p.value_tier,
        p.distributor,
        p.apostle,
        cast(p.spend as double precision) as spend,
        p.orders,
        p.last_ordered_on,
        p.attractiveness,
        p.support,
        p.satisfaction,
        cast(p.visits_due as double precision) as visits_due,
        case when t.has_visits then p.visits_got end as visits_got,
        count(*) over () as in_cell
    from placed as p
    cross join told as t
    where p.cell = :cell
    order by p.spend desc, p.customer_code asc
    limit :most
)

select *
from final
