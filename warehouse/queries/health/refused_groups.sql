-- One row per load, feed, column and reason: how many rows are refused. Empty for all but data stewards.
-- Reads  published.quarantine
select
    load_id,
    feed,
    column_name,
    reason_code,
    count(*) as refused
from published.quarantine
group by load_id, feed, column_name, reason_code
order by -load_id, -count(*), feed, column_name, reason_code
