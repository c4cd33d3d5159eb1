-- curated.dim_target
-- One row per metric, scope (company, region or branch) and day: what the figure should be from that day on.
-- Reads  staging.now_targets
-- Key    metric_code, scope_kind, scope_id, period_on
-- Feeds  targets
-- Why    what a company asks of its branches it keeps in a spreadsheet, month by month; the house's own targets stand in for it.
with touched as (
    select distinct
        metric_code,
        scope_kind,
        period_on,
        coalesce(scope_id, '') as scope_key
    from staging.stg_targets
    where load_id = any(:loads)
),

final as (
    select
        n.metric_code,
        n.scope_kind,
        n.scope_id,
        n.period_on,
        n.target_value
    from staging.now_targets as n
    inner join touched as t
        on
            n.metric_code = t.metric_code
            and n.scope_kind = t.scope_kind
            and coalesce(n.scope_id, '') = t.scope_key
            and n.period_on = t.period_on
)

select *
from final
