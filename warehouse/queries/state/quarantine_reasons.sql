-- One row per feed, column and reason: how many rows are refused, in how many files, with one place to look.
-- Reads  published.quarantine
with refused as (
    select
        feed,
        column_name,
        reason_code,
        count(*) as refused,
        count(distinct file_id) as files,
        min(file_name || ':' || row_number) as example
    from published.quarantine
    group by feed, column_name, reason_code
)

select *
from refused
order by -refused, feed, column_name, reason_code
limit 200
