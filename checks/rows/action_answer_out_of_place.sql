-- Answers that do not follow the one before them in their branch: by number, by score and by how long ago they were given.
-- Reads  {batch}: gate.figures_action_answer
-- Why    pages read the first of each branch alone. A place that is twice there, or missing, follows none.
with
scored as (
    select
        branch_id,
        invite_id,
        answered_at,
        place,
        least(recommend / 10, (overall - overall_from) / (overall_to - overall_from)) as score
    from {batch}
    where is_new
),

following as (
    select
        branch_id,
        invite_id,
        answered_at,
        place,
        score,
        lag(place, 1, cast(0 as bigint)) over w as place_before,
        lag(score) over w as score_before,
        lag(answered_at) over w as answered_before
    from scored
    window w as (partition by branch_id order by place)
)

select
    branch_id,
    invite_id,
    place
from following
where
    place <> place_before + 1
    or score < score_before
    or (score = score_before and answered_at > answered_before)
