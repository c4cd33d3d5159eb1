-- Answers in the two best fifths of their scale, of all answers; question `overall` unless another is asked.
-- Why    a score counts as its own share of the scale: best two of five, best four of ten (7 to 10), best four of 0 to 10.
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
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then wave_code end as wave,
        case when 'question' = any(cast(:by as text[])) then question_code end as question,
        case when 'day' = any(cast(:by as text[])) then sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', sent_on) as date) end as month,
        (score - scale_min + 0.5) / (scale_max - scale_min + 1) >= 0.6 as is_top2
    from answered
),

added as (
    select
        region,
        branch,
        method,
        wave,
        question,
        day,
        week,
        month,
        coalesce(sum(answers) filter (where is_top2), 0) as numerator,
        sum(answers) as denominator
    from asked
    group by region, branch, method, wave, question, day, week, month
),

final as (
    select
        region,
        branch,
        method,
        wave,
        question,
        day,
        week,
        month,
        numerator,
        denominator,
        cast(numerator as double precision) / denominator as value,
        published.wilson_low(cast(numerator as double precision), cast(denominator as double precision)) as low,
        published.wilson_high(cast(numerator as double precision), cast(denominator as double precision)) as high
    from added
    order by region, branch, method, wave, question, day, week, month
)

select * from final
