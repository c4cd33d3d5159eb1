-- queries.state.quarantine_reasons
-- One row per feed, column and reason: how many rows are refused, in how many files, with one place to look.
-- Reads  published.quarantine

select
    q.feed,
    q.column_name,
    q.reason_code,
    count(*) as refused,
    count(distinct q.file_id) as files,
    min(q.file_name || ':' || q.row_number) as example
from published.quarantine as q
group by q.feed, q.column_name, q.reason_code
order by count(*) desc, q.feed, q.column_name, q.reason_code
limit 200;
