-- Slices made anew whose returns, or whose amount to the cent, are not those of the facts.
-- Reads  {batch}: gate.figures_return_day; ops.candidate, curated.fct_return
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'return_day' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(returns) as return_count,
        coalesce(sum(amount), 0) as amount
    from {batch}
    where is_new
    group by slice_on
),

dated as (
    select
        s.slice_on,
        r.amount
    from slices as s
    inner join curated.fct_return as r
        on s.slice_on <= r.returned_on and r.returned_on < cast(s.slice_on + interval '1 month' as date)
    union all
    select
        s.slice_on,
        r.amount
    from slices as s
    inner join curated.fct_return as r on s.slice_on = date '0001-01-01' and r.returned_on is null
),

facts as (
    select
        slice_on,
        count(*) as return_count,
        coalesce(sum(amount), 0) as amount
    from dated
    group by slice_on
)

select
    g.return_count as published_returns,
    f.return_count as returns_in_facts,
    g.amount as published_amount,
    f.amount as amount_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on
from figures as g
full outer join facts as f on g.slice_on = f.slice_on
where
    coalesce(g.return_count, 0) <> coalesce(f.return_count, 0)
    or coalesce(g.amount, 0) <> coalesce(f.amount, 0)
