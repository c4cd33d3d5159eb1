-- Slices made anew whose complaints, or whose customers who ordered again, are not those of the facts.
-- Reads  {batch}: gate.figures_complaint_recovery; ops.candidate, curated.fct_complaint, curated.fct_order
-- Why    each complaint's next order is looked up by itself.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'complaint_recovery' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(complaints + unnamed) as complaints,
        sum(ordered_in_180) as ordered
    from {batch}
    where is_new
    group by slice_on
),

resolved as (
    select c.*
    from slices as s
    inner join curated.fct_complaint as c on s.slice_on = c.first_resolved_month
    where c.outcome_code is null or c.outcome_code = 'resolved'
),

facts as (
    select
        r.first_resolved_month as slice_on,
        count(*) as complaints,
        count(*) filter (where o.next_at - r.first_resolved_at <= interval '4320 hours') as ordered
    from resolved as r
    left join lateral (
        select min(n.ordered_at) as next_at
        from curated.fct_order as n
        where n.customer_id = r.customer_id and n.ordered_at > r.first_resolved_at
    ) as o on true
    group by r.first_resolved_month
)

select
    g.complaints as complaints_published,
    f.complaints as complaints_in_facts,
    g.ordered as ordered_published,
    f.ordered as ordered_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.complaints, 0) <> coalesce(f.complaints, 0)
    or coalesce(g.ordered, 0) <> coalesce(f.ordered, 0)
