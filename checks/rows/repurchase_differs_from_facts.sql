-- Slices made anew whose invitations with both answers, or those followed by an order, are not those of the facts.
-- Reads  {batch}: gate.figures_repurchase; ops.candidate, curated.fct_survey, curated.fct_survey_answer, curated.fct_order
-- Why    counted invitation by invitation from its answers, each asking for an order after it.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'repurchase' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(invitations) as invitations,
        sum(ordered_in_180) as ordered
    from {batch}
    where is_new
    group by slice_on
),

asked as (
    select
        s.slice_on,
        v.customer_id,
        v.invite_id,
        v.sent_at
    from slices as s
    inner join curated.fct_survey as v on s.slice_on = v.cohort_on
    inner join curated.fct_survey_answer as a on v.customer_id = a.customer_id and v.invite_id = a.invite_id
    where
        v.customer_code is not null
        and v.sent_on is not null
        and a.question_code in ('product', 'service')
        and a.score between a.scale_min and a.scale_max
        and a.scale_min < a.scale_max
    group by s.slice_on, v.customer_id, v.invite_id, v.sent_at
    having count(distinct a.question_code) = 2
),

followed as (
    select
        a.slice_on,
        exists(
            select 1
            from curated.fct_order as o
            where o.customer_id = a.customer_id and extract(epoch from o.ordered_at - a.sent_at) between 1e-6 and 180 * 86400
        ) as has_ordered
    from asked as a
),

facts as (
    select
        slice_on,
        count(*) as invitations,
        count(*) filter (where has_ordered) as ordered
    from followed
    group by slice_on
)

select
    g.invitations as published,
    f.invitations as in_facts,
    g.ordered as published_ordered,
    f.ordered as ordered_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where g.invitations is distinct from f.invitations or g.ordered is distinct from f.ordered
