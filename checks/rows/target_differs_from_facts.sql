-- Targets in the candidate that were not delivered so, and delivered ones that are not in it, of the months made anew.
-- Reads  {batch}: gate.figures_target, staging.now_targets
with month as (
    select distinct slice_on
    from {batch}
    where is_new
),

shown as (
    select
        metric_code,
        scope_kind,
        scope_id,
        period_on,
        target_value
    from {batch}
    where is_new
),

delivered as (
    select
        n.metric_code,
        n.scope_kind,
        n.scope_id,
        n.period_on,
        n.target_value
    from staging.now_targets as n
    inner join month as m on cast(date_trunc('month', n.period_on) as date) = m.slice_on
    where n.target_value is not null and (n.scope_kind = 'company') = (n.scope_id is null)
),

final as (
    select
        coalesce(s.metric_code, d.metric_code) as metric_code,
        coalesce(s.scope_kind, d.scope_kind) as scope_kind,
        coalesce(s.scope_id, d.scope_id) as scope_id,
        coalesce(s.period_on, d.period_on) as period_on
    from shown as s
    full join delivered as d
        on
            s.metric_code = d.metric_code
            and s.scope_kind = d.scope_kind
            and coalesce(s.scope_id, '') = coalesce(d.scope_id, '')
            and s.period_on = d.period_on
    where s.target_value is distinct from d.target_value
)

select *
from final
