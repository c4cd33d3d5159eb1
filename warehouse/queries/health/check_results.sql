-- One row per run of one rule, newest first: what came out and what was observed.
-- Reads  published.check_result
select
    refresh_id,
    checked_at,
    level,
    outcome,
    unexpected_count,
    element_count,
    observed
from published.check_result
where gate = :gate and table_name = :table_name and rule_id = :rule_id
order by refresh_id desc
limit :newest
