-- Value tiers from the orders themselves again.
create or replace function curated.tier_stretch(cuts jsonb)
returns table (
    customer_id bigint, month_on date, next_on date, counted_from_on date, of_more_from_on date, of_fewer_from_on date
)
language sql stable parallel safe rows 100000
begin atomic
    with cut as materialized (
        select
            ($1 -> 'value_tier' ->> 'loyal_orders')::integer as loyal,
            ceil(($1 -> 'value_tier' ->> 'loyal_orders')::numeric * (1 + ($1 ->> 'moved_by')::numeric))::integer as more,
            ceil(($1 -> 'value_tier' ->> 'loyal_orders')::numeric * (1 - ($1 ->> 'moved_by')::numeric))::integer as fewer
    ),

    order_day as (
        select distinct
            o.customer_id,
            o.ordered_on
        from curated.fct_order as o
        where o.customer_code is not null and o.ordered_on is not null
    ),

    ordered as (
        select
            o.customer_id,
            date_trunc('month', o.ordered_on)::date as month_on,
            date_trunc('month', lag(o.ordered_on, c.loyal - 1) over w)::date as counted_from_on,
            date_trunc('month', lag(o.ordered_on, c.more - 1) over w)::date as of_more_from_on,
            date_trunc('month', lag(o.ordered_on, c.fewer - 1) over w)::date as of_fewer_from_on
        from order_day as o
        cross join cut as c
        window w as (partition by o.customer_id order by o.ordered_on)
    )

    select
        o.customer_id,
        o.month_on,
        coalesce(lead(o.month_on) over (partition by o.customer_id order by o.month_on), 'infinity') as next_on,
        max(o.counted_from_on) as counted_from_on,
        max(o.of_more_from_on) as of_more_from_on,
        max(o.of_fewer_from_on) as of_fewer_from_on
    from ordered as o
    group by o.customer_id, o.month_on;
end;

drop function curated.tier_at(date, date, date, jsonb);
drop table curated.fct_tier_stretch;
