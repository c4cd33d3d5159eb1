-- The newest day of ordering, where a month with orders has ended and yet no customer is placed.
-- Reads  {batch}: gate.figures_segment_customer; curated.fct_order
with
placed as (
    select count(*) as customers
    from {batch}
),

span as (
    select
        min(ordered_on) filter (where customer_code is not null) as first_on,
        max(ordered_on) as last_on
    from curated.fct_order
)

select s.last_on
from span as s
cross join placed as p
where p.customers = 0 and s.first_on < date_trunc('month', s.last_on)
