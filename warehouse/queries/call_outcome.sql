-- What came of the calls: call.outcomes.
-- Reads  published.call_day_sums
with call as (
    select
        outcome_code as part,
        calls,
        case when 'day' = any(cast(:by as text[])) then started_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', started_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', started_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'purpose' = any(cast(:by as text[])) then purpose_code end as purpose
    from published.call_day_sums
    where
        refresh_id = :refresh_id
        and grain = :call_day_grain
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or started_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or started_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:purpose as text[]) = '{}' or purpose_code = any(cast(:purpose as text[])))
),

counted as (
    select
        day,
        week,
        month,
        region,
        branch,
        purpose,
        part,
        sum(calls) as value
    from call
    group by day, week, month, region, branch, purpose, part
),

whole as (
    select
        *,
        sum(value) over (partition by day, week, month, region, branch, purpose) as denominator
    from counted
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        purpose,
        part,
        value,
        denominator,
        value / denominator as share
    from whole
    order by day asc, week asc, month asc, region asc, branch asc, purpose asc, value desc, part asc
)

select *
from final
