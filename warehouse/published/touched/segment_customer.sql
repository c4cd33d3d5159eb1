-- Whether rows of these loads change published.segment_customer: they happened up to the end of its month, or another month has
-- ended since.
with last_month as (
    select curated.last_month(cast(:data_until as timestamptz), :zone) as month_on
),

-- All its rows stand where they stood on one day.
standing as (
    select e.as_of_on
    from ops.standing as m
    cross join
        lateral (
            select t.as_of_on
            from published.segment_customer_edition as t
            where m.edition_id = t.edition_id and m.slice_on = t.slice_on
            order by t.slice_on
            limit 1
        ) as e
    where m.table_name = 'segment_customer'
),

touched as (
    select l.month_on
    from last_month as l
    where
        not exists (
            select 1 from standing as s
            where s.as_of_on = cast(l.month_on + interval '1 month' as date) - 1
        )
        or exists (
            select 1 from curated.matrix_changes(:loads) as c
            where c.from_on < l.month_on + interval '1 month'
        )
)

select date '0001-01-01' as slice_on
from touched
