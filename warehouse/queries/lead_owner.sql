-- Leads won by their first, second and third owners: lead.owner_conversion.
-- Reads  published.lead_owner_sums, published.lead_source, published.feed_status
-- Why    one row an assignment, so every owner answers for the leads that were theirs, for the same 90 days. Assignments of
--        leads that had ordered before are no chance to win one, and do not count.
with known as (
    select least(min(f.heard_on) filter (where f.feed = 'orders'), max(f.data_on)) - cast(:mature_days as integer) as pending_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('lead_assignments', 'leads', 'orders')
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

lead as (
    select d.*
    from published.lead_owner_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = case when d.slice_on = (select b.month_on from border as b) then :lead_owner_border_grain else :lead_owner_grain end
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.assigned_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.assigned_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
        and (cast(:owner as text[]) = '{}' or d.owner = any(cast(:owner as text[])))
),

source as materialized (
    select
        source_code,
        source_group
    from published.lead_source
    where
        refresh_id = :refresh_id
        and ('source_group' = any(cast(:by as text[])) or cast(:source_group as text[]) <> '{}')
),

grouped as (
    select
        l.without_order,
        l.ordered_in_90,
        case when 'day' = any(cast(:by as text[])) then l.assigned_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', l.assigned_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', l.assigned_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then l.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then l.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then l.source_code end as source,
        case when 'source_group' = any(cast(:by as text[])) then s.source_group end as source_group,
        case when 'owner' = any(cast(:by as text[])) then l.owner end as owner,
        l.assigned_on < (select b.pending_on from border as b) as is_due
    from lead as l
    left join source as s on l.source_code = s.source_code
    where cast(:source_group as text[]) = '{}' or s.source_group = any(cast(:source_group as text[]))
),

added as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        owner,
        coalesce(sum(ordered_in_90) filter (where is_due), 0) as numerator,
        coalesce(sum(without_order) filter (where is_due), 0) as denominator,
        coalesce(sum(without_order) filter (where not is_due), 0) as pending
    from grouped
    group by day, week, month, region, branch, source, source_group, owner
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        owner,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by day, week, month, region, branch, source, source_group, owner
)

select *
from final
