-- Note that `matrices` are kept up to the last month that is over.
insert into curated.standing_until (matrix, until_on)
select
    m.matrix,
    curated.last_month(cast(:data_until as timestamptz), :zone) as until_on
from unnest(cast(:matrices as text[])) as m (matrix)
on conflict (matrix) do update set until_on = excluded.until_on
