-- Mean of each side of communication, as staff assess themselves: skill.profile.
-- Reads  published.skill_profile
-- Why    n is people, so that few are not told apart by assessing themselves often; the mean and its interval are over
--        assessments. Without `side` it is the mean of the four sides.
with assessment as (
    select a.*
    from published.skill_profile as a
    where
        a.refresh_id = :refresh_id
        and (cast(:from_on as date) is null or a.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or a.assessed_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or a.assessed_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or a.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or a.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or a.branch_id = any(cast(:branches as text[])))
),

told as (
    select
        a.person,
        s.side,
        cast(s.points as double precision) as points,
        case when 'month' = any(cast(:by as text[])) then a.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then a.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then a.branch_id end as branch
    from assessment as a
    cross join
        lateral (
            values
            ('contact', a.contact),
            ('eliciting', a.eliciting),
            ('informing', a.informing),
            ('influencing', a.influencing),
            (null, (a.contact + a.eliciting + a.informing + a.influencing) / 4.0)
        ) as s (side, points)
    where case when 'side' = any(cast(:by as text[])) then s.side is not null else s.side is null end
),

added as (
    select
        month,
        region,
        branch,
        side,
        sum(points) as points,
        sum(points * points) as squares,
        count(*) as assessments,
        count(distinct person) as n
    from told
    group by month, region, branch, side
),

final as (
    select
        month,
        region,
        branch,
        side,
        n,
        assessments,
        points / assessments as value,
        published.mean_low(points, squares, assessments) as low,
        published.mean_high(points, squares, assessments) as high
    from added
    order by month, region, branch, array_position(array['contact', 'eliciting', 'informing', 'influencing'], side)
)

select *
from final
