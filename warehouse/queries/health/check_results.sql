-- One row per run of one rule, newest first: what came out and what was observed.
-- Reads  published.check_result
-- Why    how many rows there are is told to whoever sees the whole company: others could take their own off.
with whole as materialized (
    select access.sees_whole_company() as is_seen
),

final as (
    select
        c.refresh_id,
        c.checked_at,
        c.level,
        c.outcome,
        case when w.is_seen then c.unexpected_count end as unexpected_count,
        case when w.is_seen then c.element_count end as element_count,
        case when w.is_seen then c.observed end as observed
    from published.check_result as c
    cross join whole as w
    where c.gate = :gate and c.table_name = :table_name and c.rule_id = :rule_id
    order by c.refresh_id desc
    limit :newest
)

select *
from final
order by refresh_id desc
