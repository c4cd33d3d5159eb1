-- One row per rule that was ever asked: its newest result, the outcomes of its last runs (oldest first), when it last did
-- not pass.
-- Reads  published.check_result, published.release
-- Why    how many rows there are is told to whoever sees the whole company: others could take their own off.
with whole as materialized (
    select access.sees_whole_company() as is_seen
),

by_rule as (
    select
        gate,
        table_name,
        rule_id,
        count(*) as runs,
        max(refresh_id) as refresh_id,
        (array_agg(outcome order by refresh_id desc))[1:cast(:newest as int)] as outcomes,
        max(checked_at) filter (where outcome <> 'passed') as last_failed_at,
        max(refresh_id) filter (where outcome <> 'passed') as last_failed_in
    from published.check_result
    group by gate, table_name, rule_id
),

final as (
    select
        b.gate,
        b.table_name,
        b.rule_id,
        b.runs,
        b.refresh_id,
        b.outcomes,
        b.last_failed_at,
        b.last_failed_in,
        c.level,
        c.outcome,
        c.checked_at,
        r.reason as released_because,
        case when w.is_seen then c.unexpected_count end as unexpected_count,
        case when w.is_seen then c.element_count end as element_count
    from by_rule as b
    cross join whole as w
    inner join published.check_result as c
        on b.refresh_id = c.refresh_id and b.gate = c.gate and b.table_name = c.table_name and b.rule_id = c.rule_id
    left join published.release as r
        on
            b.refresh_id = r.published_refresh_id
            and b.table_name = r.table_name
            and b.rule_id = r.rule_id
            and c.outcome <> 'passed'
)

select *
from final
order by outcome = 'passed', level, gate, table_name, rule_id
