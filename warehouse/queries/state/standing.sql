-- One row: what the person may see, and what is published.
-- Reads  published.current, published.refresh, published.setting
-- Why    asked at every click, so that a revoked grant ends at the next one.
with granted as (
    select array_agg(held.granted_as) as role_names
    from access.roles() as held (granted_as)
),

visible as (
    select array_agg(seen.branch_id order by seen.branch_id) as branches
    from access.visible_branches() as seen (branch_id)
),

published_last as (
    select
        pointer.refresh_id,
        r.published_at
    from published.current as pointer
    inner join published.refresh as r on pointer.refresh_id = r.refresh_id
),

settings as (
    select
        max(value) filter (where name = 'reporting_zone') as reporting_zone,
        max(value) filter (where name = 'reporting_currency') as reporting_currency,
        max(value) filter (where name = 'company') as company
    from published.setting
),

final as (
    select
        published_last.refresh_id,
        published_last.published_at,
        settings.company,
        coalesce(granted.role_names, '{}') as role_names,
        coalesce(visible.branches, '{}') as branches,
        coalesce(settings.reporting_zone, 'UTC') as reporting_zone,
        coalesce(settings.reporting_currency, 'CNY') as reporting_currency
    from granted
    cross join visible
    cross join settings
    left join published_last on true
)

select *
from final
