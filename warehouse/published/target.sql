-- published.target
-- One row per metric, scope (company, region or branch) and day: what the figure should be from that day on.
-- Reads  curated.dim_target
-- Feeds  targets
-- Slice  month in which the target begins
-- Reach  the months of targets delivered.
-- Why    a target of the company, a region or a branch that does not say which, or says one too many, applies to nobody.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

wanted as (
    select
        cast(date_trunc('month', t.period_on) as date) as slice_on,
        t.metric_code,
        t.scope_kind,
        t.scope_id,
        t.period_on,
        t.target_value
    from curated.dim_target as t
    where t.target_value is not null and (t.scope_kind = 'company') = (t.scope_id is null)
),

final as (
    select w.*
    from slice as s
    inner join wanted as w on s.slice_on = w.slice_on
)

select *
from final
