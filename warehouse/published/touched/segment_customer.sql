-- Whether rows of these loads change published.segment_customer: they happened up to the end of its month, or another month has
-- ended since.
with last_month as (
    select curated.last_month(cast(:data_until as timestamptz), :zone) as month_on
),

standing as (
    select e.as_of_on
    from last_month as l
    inner join ops.standing as m on m.table_name = 'segment_customer'
    inner join published.segment_customer_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
    where e.as_of_on = cast(l.month_on + interval '1 month' as date) - 1
),

touched as (
    select l.month_on
    from last_month as l
    where
        not exists (select 1 from standing)
        or exists (
            select 1 from curated.matrix_changes(:loads) as c
            where c.from_on < l.month_on + interval '1 month'
        )
)

select date '0001-01-01' as slice_on
from touched
