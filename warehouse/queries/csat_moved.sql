-- Respondents by step from what they expected to what they experienced: csat.moved.
-- Reads  published.servqual_day
with asked as (
    select
        s.step,
        s.respondents,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then d.method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then d.wave_code end as wave,
        case when 'day' = any(cast(:by as text[])) then d.sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', d.sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.sent_on) as date) end as month
    from published.servqual_day as d
    cross join
        lateral (
            values
            ('much_less', d.far_below),
            ('less', d.below),
            ('equal', d.met),
            ('more', d.above),
            ('much_more', d.far_above)
        ) as s (step, respondents)
    where
        d.refresh_id = :refresh_id
        and d.dimension = 'all'
        and (cast(:from_on as date) is null or d.sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.sent_on < cast(:until_on as date))
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or d.method_code = any(cast(:method as text[])))
        and (cast(:wave as text[]) = '{}' or d.wave_code = any(cast(:wave as text[])))
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
        step as part,
        sum(respondents) as value
    from asked
    group by region, branch, method, wave, day, week, month, step
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
        part,
        value,
        sum(value) over w as denominator,
        value / nullif(sum(value) over w, 0) as share
    from counted
    window w as (partition by region, branch, method, wave, day, week, month)
    order by
        region, branch, method, wave, day, week, month,
        array_position(array['much_less', 'less', 'equal', 'more', 'much_more'], part)
)

select *
from final
