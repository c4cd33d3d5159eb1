-- Months in published.segment_move that rows of these loads change: from that of the earliest of them on, those that have ended
-- since the last refresh, and those that turn out not to have ended.
with history as (
    select min(ordered_on) as from_on from curated.fct_order
),

changed as (
    select min(from_on) as from_on
    from curated.matrix_changes(:loads)
    where what in ('orders', 'visits', 'wallets', 'targets', 'customers who ordered', 'customers with wallets')
)

select t.slice_on
from history as h
cross join changed as c
cross join
    published.standings_touched('segment_move', h.from_on, c.from_on, cast(:data_until as timestamptz), :zone) as t (slice_on)
