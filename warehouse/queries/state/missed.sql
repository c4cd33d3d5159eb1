-- One row per rule whose newest result at or before this refresh did not pass, of refreshes that were published.
-- Reads  published.check_result, published.refresh, published.release
-- Why    asked for by every page: it looks at what failed, not at every result that there ever was.
with failed as (
    select
        c.refresh_id,
        c.gate,
        c.table_name,
        c.rule_id
    from published.check_result as c
    inner join published.refresh as p on c.refresh_id = p.refresh_id
    where c.refresh_id <= :refresh_id and p.state = 'passed' and c.outcome <> 'passed'
),

newest as (
    select f.*
    from failed as f
    where not exists (
        select from published.check_result as c
        inner join published.refresh as p on c.refresh_id = p.refresh_id
        where
            c.gate = f.gate
            and c.table_name = f.table_name
            and c.rule_id = f.rule_id
            and c.refresh_id > f.refresh_id
            and c.refresh_id <= :refresh_id
            and p.state = 'passed'
    )
),

final as (
    select
        n.gate,
        n.table_name,
        n.rule_id,
        r.reason as released_because
    from newest as n
    left join published.release as r
        on n.refresh_id = r.published_refresh_id and n.table_name = r.table_name and n.rule_id = r.rule_id
)

select *
from final
order by gate, table_name, rule_id
