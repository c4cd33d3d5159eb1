-- Customers who do not follow the one before them in their branch and cell: by number, by visits missing and by spend.
-- Reads  {batch}: gate.figures_action_visit
-- Why    pages read the first of each branch alone. A place that is twice there, or missing, follows none.
with
following as (
    select
        branch_id,
        portfolio,
        customer_code,
        visits_got,
        visits_due,
        spend,
        place,
        lag(place, 1, cast(0 as bigint)) over w as place_before,
        lag(visits_got) over w as got_before,
        lag(spend) over w as spend_before
    from {batch}
    where is_new
    window w as (partition by branch_id, portfolio order by place)
)

select
    branch_id,
    portfolio,
    customer_code,
    place
from following
where
    place <> place_before + 1
    or visits_got < got_before
    or (visits_got = got_before and spend > spend_before)
