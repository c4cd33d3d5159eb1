-- Published: who comes back, by the quarter of the first order.

-- One row per quarter of ordering, home branch and quarter of the first order; customers add over branches and cohorts, and are
-- the cohort itself where both quarters are the same. Slice: the first day of the quarter of ordering.
create table published.retention_cohort_edition (
    edition_id bigint not null,
    slice_on date not null,
    branch_id text,
    region_id text,
    cohort_on date not null,
    customers bigint not null
);
select ops.open_edition('retention_cohort', 'own_branches');
