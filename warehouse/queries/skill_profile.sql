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
        person,
        contact,
        eliciting,
        informing,
        influencing,
        (contact + eliciting + informing + influencing) / cast(4 as double precision) as mean,
        case when 'month' = any(cast(:by as text[])) then slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch
    from assessment
),

summed as (
    select
        month,
        region,
        branch,
        count(distinct person) as n,
        count(*) as assessments,
        sum(contact) as contact,
        sum(contact * contact) as contact_squares,
        sum(eliciting) as eliciting,
        sum(eliciting * eliciting) as eliciting_squares,
        sum(informing) as informing,
        sum(informing * informing) as informing_squares,
        sum(influencing) as influencing,
        sum(influencing * influencing) as influencing_squares,
        sum(mean) as mean,
        sum(mean * mean) as mean_squares
    from told
    group by month, region, branch
),

added as (
    select
        m.month,
        m.region,
        m.branch,
        s.side,
        m.n,
        m.assessments,
        cast(s.points as double precision) as points,
        cast(s.squares as double precision) as squares
    from summed as m
    cross join
        lateral (
            values
            ('contact', m.contact, m.contact_squares),
            ('eliciting', m.eliciting, m.eliciting_squares),
            ('informing', m.informing, m.informing_squares),
            ('influencing', m.influencing, m.influencing_squares),
            (null, m.mean, m.mean_squares)
        ) as s (side, points, squares)
    where ('side' = any(cast(:by as text[]))) = (s.side is not null)
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
