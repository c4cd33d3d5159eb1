-- Customers to whom at least one whole visit is due, by what is most worth keeping: cells in the order of `:cells`, then
-- visits missing and spend.
-- Reads  published.action_visit, published.action_visit_sums
-- Why    visits are due over months (catalogue/cuts.yaml). The first of several branches are among the first of each: no others are
--        read, and how many there are is told by sums; so is which cells no longer matter, since those before them fill the list.
with in_cells as (
    select
        portfolio,
        sum(customers) as customers
    from published.action_visit_sums
    where
        refresh_id = :refresh_id
        and grain = 'branch month portfolio'
        and portfolio = any(cast(:cells as text[]))
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
    group by portfolio
),

counted as materialized (
    select
        portfolio,
        cast(customers as bigint) as in_cell,
        cast(sum(customers) over () as bigint) as in_all,
        sum(customers) over (order by array_position(cast(:cells as text[]), portfolio)) - customers as in_cells_before
    from in_cells
),

foremost as (
    select *
    from published.action_visit
    where
        refresh_id = :refresh_id
        and portfolio = any(cast(:cells as text[]))
        and place <= :most
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

final as (
    select
        f.customer_code,
        f.customer_kind,
        f.region_id,
        f.branch_id,
        f.portfolio,
        f.value_tier,
        f.last_ordered_on,
        f.as_of_on,
        cast(f.spend as double precision) as spend,
        f.visits_got,
        cast(f.visits_due as double precision) as visits_due,
        cast(floor(f.visits_due - f.visits_got) as bigint) as visits_missing,
        c.in_all,
        c.in_cell
    from foremost as f
    inner join counted as c on f.portfolio = c.portfolio and c.in_cells_before < :most
    order by
        array_position(cast(:cells as text[]), f.portfolio) asc, f.visits_due - f.visits_got desc, f.spend desc, f.customer_code asc
    limit :most
)

select * from final
