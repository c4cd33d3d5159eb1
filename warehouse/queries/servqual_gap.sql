-- Perception less expectation, by side of service where asked, else over the whole questionnaire: servqual.gap.
-- Reads  published.servqual_day
-- Why    importance is how closely the perception of a side goes along with `overall` (Pearson's correlation over respondents
--        who answered both); below the smallest base there is none.
with asked as (
    select
        d.*,
        case when 'dimension' = any(cast(:by as text[])) then d.dimension end as side,
        case when 'region' = any(cast(:by as text[])) then d.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then d.branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then d.method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then d.wave_code end as wave,
        case when 'day' = any(cast(:by as text[])) then d.sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', d.sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', d.sent_on) as date) end as month
    from published.servqual_day as d
    where
        d.refresh_id = :refresh_id
        and ('dimension' = any(cast(:by as text[]))) = (d.dimension <> 'all')
        and (cast(:from_on as date) is null or d.sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.sent_on < cast(:until_on as date))
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or d.method_code = any(cast(:method as text[])))
        and (cast(:wave as text[]) = '{}' or d.wave_code = any(cast(:wave as text[])))
),

added as (
    select
        side,
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        cast(sum(respondents) as double precision) as n,
        cast(sum(judged) as double precision) as judged,
        sum(gap_total) as gap_total,
        sum(gap_squares) as gap_squares,
        sum(expectation_total) as expectation_total,
        sum(perception_total) as perception_total,
        sum(judged_perception) as perceptions,
        sum(judged_overall) as overalls,
        sum(judged) * sum(judged_perception_squares) - power(sum(judged_perception), 2) as perception_spread,
        sum(judged) * sum(judged_overall_squares) - power(sum(judged_overall), 2) as overall_spread,
        sum(judged) * sum(judged_products) - sum(judged_perception) * sum(judged_overall) as together
    from asked
    group by side, region, branch, method, wave, day, week, month
),

final as (
    select
        side as dimension,
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        n,
        gap_total / n as value,
        published.mean_low(gap_total, gap_squares, n) as low,
        published.mean_high(gap_total, gap_squares, n) as high,
        expectation_total / n as expectation,
        perception_total / n as perception,
        case
            when judged >= :smallest_base and perception_spread > 1e-6 * judged and overall_spread > 1e-6 * judged
                then together / sqrt(perception_spread * overall_spread)
        end as importance
    from added
    order by
        array_position(array['tangibles', 'reliability', 'responsiveness', 'assurance', 'empathy'], side),
        region, branch, method, wave, day, week, month
)

select *
from final
