-- Customers made anew who do not follow the one before them in their cell, branch and kind: by number and by spend.
-- Reads  {batch}: gate.figures_segment_customer
-- Why    pages read the first of each alone. A place that is twice there, missing or of no cell follows none.
with
figures as (
    select *
    from {batch}
    where is_new
),

placed as (
    select
        m.matrix,
        m.cell,
        m.place,
        f.branch_id,
        f.customer_kind,
        f.customer_code,
        f.spend
    from figures as f
    cross join
        lateral (
            values
            ('portfolio', f.portfolio, f.portfolio_place),
            ('value_tier', f.value_tier, f.value_tier_place),
            ('distributor', f.distributor, f.distributor_place),
            ('apostle', f.apostle, f.apostle_place)
        ) as m (matrix, cell, place)
    where m.cell is not null or m.place is not null
),

following as (
    select
        matrix,
        cell,
        place,
        branch_id,
        customer_kind,
        customer_code,
        spend,
        lag(place, 1, cast(0 as bigint)) over w as place_before,
        lag(spend) over w as spend_before
    from placed
    window w as (partition by branch_id, customer_kind, matrix, cell order by place)
)

select
    matrix,
    cell,
    branch_id,
    customer_kind,
    customer_code,
    place
from following
where cell is null or place is distinct from place_before + 1 or spend > spend_before
