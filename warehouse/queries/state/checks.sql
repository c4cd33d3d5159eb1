-- One row per rule: its newest result at or before this refresh, in a refresh that was published.
-- Reads  published.check_result, published.refresh, published.release
-- Why    a refresh checks only the tables that it touches; what it left alone is guarded by the result before. What was counted is
--        told to whoever sees the whole company: others could take their own off.
with whole as materialized (
    select access.sees_whole_company() as is_seen
),

published_by_then as (
    select refresh_id
    from published.refresh
    where refresh_id <= :refresh_id and state = 'passed'
),

told as (
    select
        c.*,
        row_number() over (
            partition by c.gate, c.table_name, c.rule_id
            order by c.refresh_id desc
        ) as age
    from published.check_result as c
    inner join published_by_then as p on c.refresh_id = p.refresh_id
),

newest as (
    select
        refresh_id,
        gate,
        table_name,
        rule_id,
        level,
        outcome,
        observed,
        unexpected_count,
        element_count,
        checked_at
    from told
    where age = 1
),

final as (
    select
        n.refresh_id,
        n.gate,
        n.table_name,
        n.rule_id,
        n.level,
        n.outcome,
        n.checked_at,
        r.reason as released_because,
        case when w.is_seen then n.observed end as observed,
        case when w.is_seen then n.unexpected_count end as unexpected_count,
        case when w.is_seen then n.element_count end as element_count
    from newest as n
    cross join whole as w
    left join published.release as r
        on
            n.refresh_id = r.published_refresh_id
            and n.table_name = r.table_name
            and n.rule_id = r.rule_id
            and n.outcome <> 'passed'
)

select *
from final
order by gate, table_name, rule_id
