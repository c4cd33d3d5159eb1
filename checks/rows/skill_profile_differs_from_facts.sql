-- Slices made anew whose assessments or points are not those delivered, all sixteen items together.
-- Reads  {batch}: gate.figures_skill_profile; ops.candidate, staging.now_skill_assessments
-- Why    every item belongs to exactly one side, so the four sides of everybody add to all items.
with
slices as (
    select
        slice_on,
        cast(slice_on + interval '1 month' as date) as until_on
    from ops.candidate
    where table_name = 'skill_profile' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        count(*) as assessments,
        sum(contact + eliciting + informing + influencing) as points
    from {batch}
    where is_new
    group by slice_on
),

delivered as (
    select
        assessed_on,
        item_01 + item_02 + item_03 + item_04 + item_05 + item_06 + item_07 + item_08
        + item_09 + item_10 + item_11 + item_12 + item_13 + item_14 + item_15 + item_16 as points
    from staging.now_skill_assessments
),

facts as (
    select
        s.slice_on,
        count(*) as assessments,
        sum(d.points) as points
    from slices as s
    inner join delivered as d on s.slice_on <= d.assessed_on and s.until_on > d.assessed_on
    where d.points is not null
    group by s.slice_on
)

select
    g.assessments as published,
    f.assessments as in_facts,
    g.points as published_points,
    f.points as points_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where g.assessments is distinct from f.assessments or g.points is distinct from f.points
