-- Months in published.segment_cut that rows of these loads change: from that of the earliest of them on, those that have ended
-- since the last refresh, and those that turn out not to have ended.
with first_order as (
    select min(ordered_on) as from_on from curated.fct_order
),

first_survey as (
    select min(cohort_on) as from_on from curated.fct_survey
    where cohort_on > date '0001-01-01'
),

history as (
    select least(o.from_on, s.from_on) as from_on
    from first_order as o
    cross join first_survey as s
),

changed as (
    select min(from_on) as from_on
    from curated.matrix_changes(:loads)
    where what <> 'visits'
)

select t.slice_on
from history as h
cross join changed as c
cross join
    published.standings_touched('segment_cut', h.from_on, c.from_on, cast(:data_until as timestamptz), :zone) as t (slice_on)
