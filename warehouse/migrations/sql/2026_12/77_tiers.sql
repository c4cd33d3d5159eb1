-- What value tiers are made from, kept by customer: worked out anew from all orders it was the most of what a small delivery costs.

-- One row per customer and month with an order, until the next such month, and until which month the orders so far make them loyal;
-- and one of the time before the first, from -infinity.
create table curated.fct_tier_stretch (
    customer_id bigint not null,
    month_on date not null,
    counted_from_on date,
    of_more_from_on date,
    of_fewer_from_on date,
    next_on date not null,
    primary key (customer_id, month_on)
);

-- Those of months with an order; they were made by `cuts`.
create or replace function curated.tier_stretch(cuts jsonb)
returns table (
    customer_id bigint, month_on date, next_on date, counted_from_on date, of_more_from_on date, of_fewer_from_on date
)
language sql stable parallel safe rows 100000
begin atomic
    select
        s.customer_id,
        s.month_on,
        s.next_on,
        s.counted_from_on,
        s.of_more_from_on,
        s.of_fewer_from_on
    from curated.fct_tier_stretch as s
    where s.month_on > '-infinity';
end;

-- The tier at the end of month `at_on` by the stretch that it lies in, as curated.tier_spell has it; null before the first order,
-- and for who never ordered.
create function curated.tier_at(at_on date, month_on date, counted_from_on date, cuts jsonb) returns text
language sql immutable parallel safe
return case
    when month_on = '-infinity' then null
    when at_on >= month_on + make_interval(months => (cuts -> 'value_tier' ->> 'edge_months')::integer) then 'lost'
    when at_on >= month_on + make_interval(months => (cuts -> 'value_tier' ->> 'recent_months')::integer) then 'edge'
    when at_on < counted_from_on + make_interval(months => (cuts -> 'value_tier' ->> 'loyal_months')::integer) then 'loyal'
    when at_on >= month_on then 'opportunity'
end;
