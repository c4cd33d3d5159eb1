-- Fields in which somebody stands who is not placed, or less far along the axis than somebody in the field before; and those who are
-- placed in no field.
-- Reads  {batch}: gate.figures_segment_customer
-- Why    fields follow one another as what is measured does, however wide they are. Who is not placed on both axes has no field.
with
figures as (
    select *
    from {batch}
    where is_new
),

axis as (
    select
        a.axis,
        a.at,
        a.field,
        coalesce(a.cell, 'unknown') <> 'unknown' as is_placed
    from figures as f
    cross join
        lateral (
            values
            ('portfolio x', f.portfolio, f.attractiveness, f.portfolio_field_x),
            ('portfolio y', f.portfolio, f.support, f.portfolio_field_y),
            ('value_tier x', f.value_tier, cast(f.as_of_on - f.last_ordered_on as double precision), f.value_tier_field_x),
            ('value_tier y', f.value_tier, cast(f.orders as double precision), f.value_tier_field_y),
            ('distributor x', f.distributor, cast(f.spend as double precision), f.distributor_field_x),
            ('distributor y', f.distributor, f.distributor_loyalty, f.distributor_field_y),
            ('apostle x', f.apostle, f.satisfaction, f.apostle_field_x),
            ('apostle y', f.apostle, f.apostle_loyalty, f.apostle_field_y)
        ) as a (axis, cell, at, field)
),

spanned as (
    select
        axis,
        is_placed,
        field,
        count(*) as customers,
        min(at) as from_at,
        max(at) as until_at
    from axis
    group by axis, is_placed, field
),

following as (
    select
        axis,
        is_placed,
        field,
        customers,
        from_at,
        lag(until_at) over w as until_before
    from spanned
    window w as (partition by axis, is_placed order by field)
)

select
    axis,
    field,
    customers
from following
where is_placed <> (field is not null) or (is_placed and from_at <= until_before)
