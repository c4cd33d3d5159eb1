-- The six calls, one after the other: leads that got each of them, in order and in its window: call.step_rate.
-- Reads  published.lead_call_sums, published.lead_source, published.feed_status
-- Why    the leads still within the windows of all six stay in the figure, as in the funnel; how many they are stands beside it.
with known as (
    select least(min(f.heard_on) filter (where f.feed = 'contacts'), max(f.data_on)) - cast(:mature_days as integer) as pending_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('leads', 'contacts')
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

lead as (
    select d.*
    from published.lead_call_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = case when d.slice_on = (select b.month_on from border as b) then :lead_call_border_grain else :lead_call_grain end
        and (cast(:from_on as date) is null or d.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or d.collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or d.collected_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or d.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or d.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or d.branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or d.source_code = any(cast(:source as text[])))
),

source as materialized (
    select
        source_code,
        source_group
    from published.lead_source
    where
        refresh_id = :refresh_id
        and ('source_group' = any(cast(:by as text[])) or cast(:source_group as text[]) <> '{}')
),

grouped as (
    select
        l.leads,
        l.with_screening,
        l.with_invitation,
        l.with_confirmation,
        l.with_reminder,
        l.with_thanks,
        l.with_follow_up,
        case when 'day' = any(cast(:by as text[])) then l.collected_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', l.collected_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', l.collected_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then l.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then l.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then l.source_code end as source,
        case when 'source_group' = any(cast(:by as text[])) then s.source_group end as source_group,
        l.collected_on >= (select b.pending_on from border as b) as is_young
    from lead as l
    left join source as s on l.source_code = s.source_code
    where cast(:source_group as text[]) = '{}' or s.source_group = any(cast(:source_group as text[]))
),

added as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        sum(leads) as collected,
        coalesce(sum(leads) filter (where is_young), 0) as young,
        sum(with_screening) as with_screening,
        sum(with_invitation) as with_invitation,
        sum(with_confirmation) as with_confirmation,
        sum(with_reminder) as with_reminder,
        sum(with_thanks) as with_thanks,
        sum(with_follow_up) as with_follow_up
    from grouped
    group by day, week, month, region, branch, source, source_group
),

called as (
    select
        a.day,
        a.week,
        a.month,
        a.region,
        a.branch,
        a.source,
        a.source_group,
        a.collected,
        a.young,
        c.place,
        c.part,
        c.numerator,
        c.denominator
    from added as a
    cross join lateral (
        values
        (1, 'screening', a.with_screening, a.collected),
        (2, 'invitation', a.with_invitation, a.with_screening),
        (3, 'confirmation', a.with_confirmation, a.with_invitation),
        (4, 'reminder', a.with_reminder, a.with_confirmation),
        (5, 'thanks', a.with_thanks, a.with_reminder),
        (6, 'follow_up', a.with_follow_up, a.with_thanks)
    ) as c (place, part, numerator, denominator)
),

final as (
    select
        day,
        week,
        month,
        region,
        branch,
        source,
        source_group,
        part,
        numerator,
        denominator,
        collected,
        young,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high,
        numerator / nullif(collected, 0) as share,
        published.wilson_low(numerator, collected) as share_low,
        published.wilson_high(numerator, collected) as share_high
    from called
    order by day, week, month, region, branch, source, source_group, place
)

select *
from final
