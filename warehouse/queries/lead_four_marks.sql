-- Leads that have each of the four marks, of those of whom it is known: lead.four_marks.
-- Reads  published.lead_mark_sums, published.lead_source
-- Why    a mark that nobody has asked about is neither there nor missing, so each mark has a base of its own.
with lead as (
    select d.*
    from published.lead_mark_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = :lead_mark_grain
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
        l.knowledge_known,
        l.means_known,
        l.awareness_known,
        l.need_known,
        l.has_knowledge,
        l.has_means,
        l.has_awareness,
        l.has_need,
        case when 'day' = any(cast(:by as text[])) then l.collected_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', l.collected_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', l.collected_on) as date) end as month,
        case when 'region' = any(cast(:by as text[])) then l.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then l.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then l.source_code end as source,
        case when 'source_group' = any(cast(:by as text[])) then s.source_group end as source_group
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
        sum(leads) as leads,
        sum(knowledge_known) as knowledge_known,
        sum(has_knowledge) as has_knowledge,
        sum(means_known) as means_known,
        sum(has_means) as has_means,
        sum(awareness_known) as awareness_known,
        sum(has_awareness) as has_awareness,
        sum(need_known) as need_known,
        sum(has_need) as has_need
    from grouped
    group by day, week, month, region, branch, source, source_group
),

marked as (
    select
        a.day,
        a.week,
        a.month,
        a.region,
        a.branch,
        a.source,
        a.source_group,
        a.leads,
        m.place,
        m.part,
        m.value,
        m.denominator
    from added as a
    cross join lateral (
        values
        (1, 'has_knowledge', a.has_knowledge, a.knowledge_known),
        (2, 'has_means', a.has_means, a.means_known),
        (3, 'has_awareness', a.has_awareness, a.awareness_known),
        (4, 'has_need', a.has_need, a.need_known)
    ) as m (place, part, value, denominator)
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
        value,
        denominator,
        value / nullif(denominator, 0) as share,
        leads - denominator as unknown
    from marked
    order by day, week, month, region, branch, source, source_group, place
)

select *
from final
