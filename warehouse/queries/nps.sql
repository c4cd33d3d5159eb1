-- Net promoter score: per cent 9 or 10 minus per cent 6 or less, of `recommend` asked on 0 to 10 or 1 to 10.
with asked as (
    select
        answers,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then wave_code end as wave,
        case when 'day' = any(cast(:by as text[])) then sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', sent_on) as date) end as month,
        score >= 9 as is_promoter,
        score <= 6 as is_detractor
    from published.survey_score_sums
    where
        refresh_id = :refresh_id
        and grain = :survey_score_grain
        and (cast(:from_on as date) is null or sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or sent_on < cast(:until_on as date))
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:method as text[])) = 0 or method_code = any(cast(:method as text[])))
        and (cardinality(cast(:wave as text[])) = 0 or wave_code = any(cast(:wave as text[])))
        and question_code = 'recommend'
        and scale_max = 10
        and scale_min in (0, 1)
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
        cast(coalesce(sum(answers) filter (where is_promoter), 0) as double precision) as promoters,
        cast(coalesce(sum(answers) filter (where is_detractor), 0) as double precision) as detractors,
        cast(sum(answers) as double precision) as n
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
        n,
        100 * (promoters - detractors) / n as value,
        published.nps_low(promoters, detractors, n) as low,
        published.nps_high(promoters, detractors, n) as high
    from added
    order by region, branch, method, wave, day, week, month
)

select * from final
