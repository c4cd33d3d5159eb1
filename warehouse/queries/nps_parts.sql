-- Answers to `recommend` asked on 0 to 10 or 1 to 10, by camp.
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
        case when score >= 9 then 'promoter' when score > 6 then 'passive' else 'detractor' end as camp
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

counted as (
    select
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        camp,
        sum(answers) as value
    from asked
    group by region, branch, method, wave, day, week, month, camp
),

whole as (
    select
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        sum(value) as denominator
    from counted
    group by region, branch, method, wave, day, week, month
),

final as (
    select
        w.region,
        w.branch,
        w.method,
        w.wave,
        w.day,
        w.week,
        w.month,
        p.part,
        w.denominator,
        coalesce(c.value, 0) as value,
        cast(coalesce(c.value, 0) as double precision) / cast(w.denominator as double precision) as share
    from whole as w
    cross join (values (1, 'promoter'), (2, 'passive'), (3, 'detractor')) as p (position, part)
    left join counted as c
        on
            p.part = c.camp
            and w.region is not distinct from c.region
            and w.branch is not distinct from c.branch
            and w.method is not distinct from c.method
            and w.wave is not distinct from c.wave
            and w.day is not distinct from c.day
            and w.week is not distinct from c.week
            and w.month is not distinct from c.month
    order by w.region, w.branch, w.method, w.wave, w.day, w.week, w.month, p.position
)

select * from final
