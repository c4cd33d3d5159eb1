-- Slices made anew whose costs are not, to the last digit, what was booked and what events cost.
-- Reads  {batch}: gate.figures_cost_month; ops.candidate, curated.fct_lead_cost, curated.dim_event
-- Why    the parts of an event's cost must add up to it, however many guests share it.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'cost_month' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(source_amount) as booked,
        sum(new_amount + existing_amount + unattended_amount) as of_events
    from {batch}
    where is_new
    group by slice_on
),

booked as (
    select
        cast(date_trunc('month', month_on) as date) as slice_on,
        sum(amount) as booked
    from curated.fct_lead_cost
    group by date_trunc('month', month_on)
),

of_events as (
    select
        coalesce(cast(date_trunc('month', held_on) as date), date '0001-01-01') as slice_on,
        sum(cost_amount) as of_events
    from curated.dim_event
    group by date_trunc('month', held_on)
)

select
    s.slice_on,
    f.booked as published_booked,
    b.booked as booked_in_facts,
    f.of_events as published_of_events,
    e.of_events as of_events_in_facts
from slices as s
left join figures as f on s.slice_on = f.slice_on
left join booked as b on s.slice_on = b.slice_on
left join of_events as e on s.slice_on = e.slice_on
where
    coalesce(f.booked, 0) <> coalesce(b.booked, 0)
    or coalesce(f.of_events, 0) <> coalesce(e.of_events, 0)
