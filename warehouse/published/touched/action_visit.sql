-- touched slices of published.action_visit
-- The one slice, where these loads change who visited whom, or where customers of the portfolio stood when the last month ended; and
-- where another month has ended since.
-- Reads  curated.matrix_changes, ops.standing, published.action_visit_edition
-- Why    surveys tell which month has ended, and nothing about the portfolio.
with last_month as (
    select cast(curated.last_month(cast(:data_until as timestamptz), :zone) + interval '1 month' as date) as until_on
),

standing as (
    select 1 as is_there
    from last_month as l
    inner join ops.standing as m on m.table_name = 'action_visit'
    inner join published.action_visit_edition as e on m.edition_id = e.edition_id and m.slice_on = e.slice_on
    where e.as_of_on = l.until_on - 1
),

touched as (
    select l.until_on
    from last_month as l
    where
        not exists (select from standing)
        or exists (
            select from curated.matrix_changes(:loads) as c
            where c.what = 'visits' or (c.what not in ('surveys', 'customers asked') and c.from_on < l.until_on)
        )
)

select date '0001-01-01' as slice_on
from touched
