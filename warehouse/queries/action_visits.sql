-- Customers to whom at least one whole visit is due, by what is most worth keeping: cells in the order of `:cells`, then
-- visits missing and spend.
-- Reads  published.segment_customer, published.action_visit
-- Why    visits are due over months (catalogue/cuts.yaml). Those made after the standing was taken count as made, each day once.
--        All stand where they stood on one day. The visits since are one value to look customers up in: a join would be planned
--        for fewer customers than there are.
with taken as (
    select as_of_on
    from published.segment_customer
    where refresh_id = :refresh_id
    order by refresh_id
    limit 1
),

visited as (
    select
        v.customer_code,
        count(*) as visits
    from published.action_visit as v
    inner join taken as t on v.visited_on > t.as_of_on
    where v.refresh_id = :refresh_id
    group by v.customer_code
),

since as materialized (
    select coalesce(jsonb_object_agg(customer_code, visits), '{}') as visits
    from visited
),

standing as (
    select
        c.customer_code,
        c.customer_kind,
        c.region_id,
        c.branch_id,
        c.portfolio,
        c.value_tier,
        c.spend,
        c.last_ordered_on,
        c.as_of_on,
        c.portfolio_visits_due as visits_due,
        c.visits_got + coalesce(cast(s.visits ->> c.customer_code as bigint), 0) as visits_got
    from published.segment_customer as c
    cross join since as s
    where
        c.refresh_id = :refresh_id
        and c.portfolio = any(cast(:cells as text[]))
        and c.portfolio_visits_due - c.visits_got >= 1
        and (cast(:regions as text[]) = '{}' or c.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or c.branch_id = any(cast(:branches as text[])))
),

final as (
    select
        customer_code,
        customer_kind,
        region_id,
        branch_id,
        portfolio,
        value_tier,
        last_ordered_on,
        as_of_on,
        cast(spend as double precision) as spend,
        visits_got,
        cast(visits_due as double precision) as visits_due,
        cast(floor(visits_due - visits_got) as bigint) as visits_missing,
        count(*) over () as in_all,
        count(*) over (partition by portfolio) as in_cell
    from standing
    where visits_due - visits_got >= 1
    order by array_position(cast(:cells as text[]), portfolio), visits_due - visits_got desc, spend desc, customer_code asc
    limit :most
)

select * from final
