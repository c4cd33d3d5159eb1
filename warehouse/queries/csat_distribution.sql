-- How the answers spread over the five fifths of their scale, 1 the worst; question `overall` unless another is asked.
-- Of `csat.comments` the answers with a comment alone, to whatever question they were written.
-- Why    on a scale of five the fifths are the scores themselves; other scales are cut so that each score falls where its
--        middle lies.
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
        and 'question' <> all(cast(:by as text[]))
        and :metric <> 'csat.comments'
    union all
    select * from score
    where
        (cardinality(cast(:question as text[])) > 0 or 'question' = any(cast(:by as text[])) or :metric = 'csat.comments')
        and (cardinality(cast(:question as text[])) = 0 or question_code = any(cast(:question as text[])))
        and (:metric <> 'csat.comments' or commented > 0)
),

asked as (
    select
        cast(floor(5 * (score - scale_min + 0.5) / (scale_max - scale_min + 1)) + 1 as integer) as fifth,
        case :metric when 'csat.comments' then commented else answers end as answers,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then wave_code end as wave,
        case when 'question' = any(cast(:by as text[])) then question_code end as question,
        case when 'day' = any(cast(:by as text[])) then sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', sent_on) as date) end as month
    from answered
),

counted as (
    select
        region,
        branch,
        method,
        wave,
        question,
        day,
        week,
        month,
        fifth,
        sum(answers) as value
    from asked
    group by region, branch, method, wave, question, day, week, month, fifth
),

whole as (
    select
        region,
        branch,
        method,
        wave,
        question,
        day,
        week,
        month,
        sum(value) as denominator
    from counted
    group by region, branch, method, wave, question, day, week, month
),

final as (
    select
        w.region,
        w.branch,
        w.method,
        w.wave,
        w.question,
        w.day,
        w.week,
        w.month,
        w.denominator,
        cast(p.fifth as text) as part,
        coalesce(c.value, 0) as value,
        cast(coalesce(c.value, 0) as double precision) / cast(w.denominator as double precision) as share
    from whole as w
    cross join generate_series(1, 5) as p (fifth)
    left join counted as c
        on
            p.fifth = c.fifth
            and w.region is not distinct from c.region
            and w.branch is not distinct from c.branch
            and w.method is not distinct from c.method
            and w.wave is not distinct from c.wave
            and w.question is not distinct from c.question
            and w.day is not distinct from c.day
            and w.week is not distinct from c.week
            and w.month is not distinct from c.month
    order by w.region, w.branch, w.method, w.wave, w.question, w.day, w.week, w.month, p.fifth
)

select * from final
