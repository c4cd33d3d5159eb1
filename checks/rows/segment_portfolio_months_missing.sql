-- Months made anew that have ended, and in whose 12 months somebody had ordered, but that have no row.
-- Reads  {batch}: gate.figures_segment_portfolio; ops.candidate, curated.fct_order
-- Why    an order in a later month proves that the month has ended.
with
slices as (
    select
        slice_on,
        cast(slice_on - interval '11 months' as date) as from_on,
        cast(slice_on + interval '1 month' as date) as until_on
    from ops.candidate
    where table_name = 'segment_portfolio' and edition_id = refresh_id
),

figures as (
    select distinct slice_on
    from {batch}
    where is_new
),

newest as (
    select max(ordered_on) as ordered_on
    from curated.fct_order
),

missing as (
    select s.*
    from slices as s
    inner join newest as n on s.until_on <= n.ordered_on
    left join figures as f on s.slice_on = f.slice_on
    where f.slice_on is null
)

select distinct m.slice_on
from missing as m
inner join curated.fct_order as o on m.from_on <= o.ordered_on and m.until_on > o.ordered_on
where o.customer_code is not null
