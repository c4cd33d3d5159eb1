-- Refused rows, the newest load first, each with file, row, reason and the value as delivered (of personal columns a hash).
-- Reads  published.quarantine
select
    load_id,
    feed,
    file_name,
    row_number,
    column_name,
    reason_code,
    value,
    also
from published.quarantine
where
    (cast(:load_id as bigint) is null or load_id = cast(:load_id as bigint))
    and (cast(:feed as text) is null or feed = cast(:feed as text))
    and (cast(:reason as text) is null or reason_code = cast(:reason as text))
order by -load_id, feed, file_name, row_number
limit :most
