-- Customers still to be asked who do not follow the one before them in their branch: by number, and in the draw; and who has a turn
-- though somebody asked, or none though nobody did.
-- Reads  {batch}: gate.figures_action_survey
-- Why    pages read the first of each branch alone. A turn that is twice there, or missing, follows none.
with
following as (
    select
        branch_id,
        customer_code,
        asked_on,
        place,
        turn,
        lag(turn, 1, cast(0 as bigint)) over w as turn_before,
        lag(place) over w as place_before
    from {batch}
    where is_new
    window w as (partition by branch_id, asked_on is null order by turn)
)

select
    branch_id,
    customer_code,
    place,
    turn
from following
where
    (turn is null) <> (asked_on is not null)
    or turn <> turn_before + 1
    or (asked_on is null and place < place_before)
