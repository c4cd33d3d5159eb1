-- queries.state.last_checks
-- One row per rule of the newest refresh that ran a gate, published or held: what did not pass stands first.
-- Reads  published.check_result

select c.refresh_id, c.gate, c.table_name, c.rule_id, c.level, c.outcome, c.observed, c.unexpected_count, c.element_count, c.checked_at
from published.check_result as c
where c.refresh_id = (select max(n.refresh_id) from published.check_result as n)
order by c.outcome = 'passed', c.level, c.gate, c.table_name, c.rule_id;
