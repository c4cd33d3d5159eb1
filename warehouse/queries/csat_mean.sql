-- Mean score: csat.mean on 0 to 100, csat.mean_asked on the scale asked; question `overall` unless another is asked.
-- Why    scores asked on different scales have no mean of their own: csat.mean_asked is null where they meet.
with score as not materialized (
    select *
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
),

answered as (
    select * from score
    where
        question_code = 'overall'
        and cardinality(cast(:question as text[])) = 0
        and 'question' != all(cast(:by as text[]))
    union all
    select * from score
    where
        (cardinality(cast(:question as text[])) > 0 or 'question' = any(cast(:by as text[])))
        and (cardinality(cast(:question as text[])) = 0 or question_code = any(cast(:question as text[])))
),

asked as (
    select
        answers,
        scale_min,
        scale_max,
        cast(
            case :metric when 'csat.mean_asked' then score else 100 * (score - scale_min) / (scale_max - scale_min) end
            as double precision
        ) as points,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then wave_code end as wave,
        case when 'question' = any(cast(:by as text[])) then question_code end as question,
        case when 'scale' = any(cast(:by as text[])) then trim_scale(scale_min) || '-' || trim_scale(scale_max) end as scale,
        case when 'day' = any(cast(:by as text[])) then sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', sent_on) as date) end as month
    from answered
),

added as (
    select
        region,
        branch,
        method,
        wave,
        question,
        scale,
        day,
        week,
        month,
        sum(answers) as n,
        sum(points * answers) as total,
        sum(points * points * answers) as squares,
        :metric = 'csat.mean_asked' and (min(scale_min) < max(scale_min) or min(scale_max) < max(scale_max)) as is_mixed
    from asked
    group by region, branch, method, wave, question, scale, day, week, month
),

final as (
    select
        region,
        branch,
        method,
        wave,
        question,
        scale,
        day,
        week,
        month,
        n,
        case when not is_mixed then total / cast(n as double precision) end as value,
        case when not is_mixed then published.mean_low(total, squares, cast(n as double precision)) end as low,
        case when not is_mixed then published.mean_high(total, squares, cast(n as double precision)) end as high
    from added
    order by region, branch, method, wave, question, scale, day, week, month
)

select * from final
