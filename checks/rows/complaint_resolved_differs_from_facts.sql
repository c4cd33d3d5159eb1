-- Slices made anew whose resolutions, or whose reopenings within 30 days, are not those of the facts.
-- Reads  {batch}: gate.figures_complaint_resolved; ops.candidate, curated.fct_complaint
-- Why    the facts are asked another way: by the gap between the first stretch of time that a complaint was open and the next.
--        An end that is said to lie before the receipt leaves no stretch to measure, and is taken from the columns.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'complaint_resolved' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(resolved) as resolved,
        sum(reopened_in_30) as reopened
    from {batch}
    where is_new
    group by slice_on
),

facts as (
    select
        c.first_resolved_month as slice_on,
        count(*) as resolved,
        count(*) filter (
            where
            case when c.first_resolved_at >= c.opened_at then s.next_open_at else c.reopened_at end
            <= c.first_resolved_at + interval '720 hours'
        ) as reopened
    from slices as p
    inner join curated.fct_complaint as c on p.slice_on = c.first_resolved_month
    left join lateral (
        select min(lower(o.open_while)) as next_open_at
        from unnest(c.open_while) as o (open_while)
        where lower(o.open_while) > c.first_resolved_at
    ) as s on true
    group by c.first_resolved_month
)

select
    g.resolved as resolved_published,
    f.resolved as resolved_in_facts,
    g.reopened as reopened_published,
    f.reopened as reopened_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.resolved, 0) <> coalesce(f.resolved, 0)
    or coalesce(g.reopened, 0) <> coalesce(f.reopened, 0)
