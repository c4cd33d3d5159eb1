-- Months made anew that have ended, and before whose end somebody had ordered, but that have no row.
-- Reads  {batch}: gate.figures_segment_tier; ops.candidate, curated.fct_order
-- Why    an order in a later month proves that the month has ended; a customer once placed stays placed.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'segment_tier' and edition_id = refresh_id
),

figures as (
    select distinct slice_on
    from {batch}
    where is_new
),

span as (
    select
        min(ordered_on) filter (where customer_code is not null) as first_on,
        max(ordered_on) as last_on
    from curated.fct_order
)

select s.slice_on
from slices as s
cross join span as o
left join figures as f on s.slice_on = f.slice_on
where
    f.slice_on is null
    and o.first_on < cast(s.slice_on + interval '1 month' as date)
    and o.last_on >= cast(s.slice_on + interval '1 month' as date)
