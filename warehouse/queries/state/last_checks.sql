-- One row per rule of the newest refresh that reached a gate, published or held; what did not pass stands first.
-- Reads  published.check_result
with newest as (
    select max(refresh_id) as refresh_id
    from published.check_result
),

final as (
    select
        c.refresh_id,
        c.gate,
        c.table_name,
        c.rule_id,
        c.level,
        c.outcome,
        c.observed,
        c.unexpected_count,
        c.element_count,
        c.checked_at
    from published.check_result as c
    inner join newest as n on c.refresh_id = n.refresh_id
)

select *
from final
order by outcome = 'passed', level, gate, table_name, rule_id
