-- Dissatisfied respondents who never complained, of all dissatisfied respondents whose customer is known.
-- Reads  published.complaint_silent
with asked as (
    select
        dissatisfied,
        never_complained,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then wave_code end as wave,
        case when 'day' = any(cast(:by as text[])) then sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', sent_on) as date) end as month
    from published.complaint_silent
    where
        refresh_id = :refresh_id
        and (cast(:from_on as date) is null or sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or sent_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:method as text[])) = 0 or method_code = any(cast(:method as text[])))
        and (cardinality(cast(:wave as text[])) = 0 or wave_code = any(cast(:wave as text[])))
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
),

added as (
    select
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        sum(never_complained) as numerator,
        sum(dissatisfied) as denominator
    from asked
    group by region, branch, method, wave, day, week, month
),

final as (
    select
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        numerator,
        denominator,
        cast(numerator as double precision) / nullif(denominator, 0) as value,
        published.wilson_low(cast(numerator as double precision), cast(denominator as double precision)) as low,
        published.wilson_high(cast(numerator as double precision), cast(denominator as double precision)) as high
    from added
    order by region, branch, method, wave, day, week, month
)

select * from final
