-- queries.state.checks
-- One row per rule: its newest result at or before this refresh, in a refresh that was published.
-- Reads  published.check_result, published.refresh
-- Why    a refresh checks only the tables that it touches; what it left alone is guarded by the result before.

select distinct on (c.gate, c.table_name, c.rule_id)
    c.gate,
    c.table_name,
    c.rule_id,
    c.level,
    c.outcome,
    c.observed,
    c.unexpected_count,
    c.element_count,
    c.refresh_id,
    c.checked_at
from published.check_result as c
inner join published.refresh as r on c.refresh_id = r.refresh_id
where c.refresh_id <= :refresh_id and r.state = 'passed'
order by c.gate, c.table_name, c.rule_id, c.refresh_id desc;
