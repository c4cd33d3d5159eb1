-- What winning leads cost: lead.cost.
-- Reads  published.cost_month_sums, published.lead_source
-- Why    costs are known by month: those months count that begin in the period. What no lead accounts for is `unattributed`.
with cost as (
    select
        c.slice_on,
        c.region_id,
        c.branch_id,
        coalesce(c.source_code, 'unattributed') as source_code,
        c.source_amount + c.new_amount + c.existing_amount + c.unattended_amount as amount
    from published.cost_month_sums as c
    where
        c.refresh_id = :refresh_id
        and c.grain = :cost_month_grain
        and (cast(:from_on as date) is null or c.slice_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or c.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or c.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or c.branch_id = any(cast(:branches as text[])))
),

source as (
    select
        source_code,
        source_group
    from published.lead_source
    where refresh_id = :refresh_id
    union all
    select
        'unattributed' as source_code,
        'unattributed' as source_group
),

grouped as (
    select
        c.amount,
        case when 'month' = any(cast(:by as text[])) then nullif(c.slice_on, date '0001-01-01') end as month,
        case when 'region' = any(cast(:by as text[])) then c.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then c.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then c.source_code end as source,
        case
            when 'source_group' = any(cast(:by as text[]))
                then (
                    select s.source_group from source as s
                    where s.source_code = c.source_code
                )
        end as source_group
    from cost as c
    where
        (cast(:source as text[]) = '{}' or c.source_code = any(cast(:source as text[])))
        and (
            cast(:source_group as text[]) = '{}'
            or c.source_code in (
                select s.source_code from source as s
                where s.source_group = any(cast(:source_group as text[]))
            )
        )
),

final as (
    select
        month,
        region,
        branch,
        source,
        source_group,
        sum(amount) as value
    from grouped
    group by month, region, branch, source, source_group
    order by month, region, branch, source, source_group
)

select *
from final
