-- The newest day of ordering, where a month with orders has ended and yet no customer is placed.
-- Reads  {batch}: gate.figures_segment_customer; curated.fct_order
with
placed as (
    select count(*) as customers
    from {batch}
),

first_order as (
    select min(ordered_on) as ordered_on
    from curated.fct_order
    where customer_code is not null
),

last_order as (
    select max(ordered_on) as ordered_on
    from curated.fct_order
)

select l.ordered_on
from first_order as f
cross join last_order as l
cross join placed as p
where p.customers = 0 and f.ordered_on < date_trunc('month', l.ordered_on)
