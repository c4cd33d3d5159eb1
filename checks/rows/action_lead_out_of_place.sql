-- Leads that do not follow the one before them in their branch and action: by number, and by deadline.
-- Reads  {batch}: gate.figures_action_lead
-- Why    pages read the first of each branch alone. A place that is twice there, or missing, follows none.
with
following as (
    select
        branch_id,
        action,
        lead_id,
        due_at,
        place,
        lag(place, 1, cast(0 as bigint)) over w as place_before,
        lag(due_at) over w as due_before,
        lag(lead_id) over w as lead_before
    from {batch}
    where is_new
    window w as (partition by branch_id, action order by place)
)

select
    branch_id,
    action,
    lead_id,
    place
from following
where place <> place_before + 1 or (due_at, lead_id) < (due_before, lead_before)
