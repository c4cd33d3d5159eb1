-- Who was asked and who answered, beside the customers they stand for: survey.bias; by value tier unless another kind of group is asked.
-- Reads  published.survey_stratum_sums, published.survey_population_sums, published.feed_status, published.manifest
-- Why    the population is that of the last month end in or before the period (by month: of each month), which knows no channel.
with kind as (
    select k.kind
    from (values ('region'), ('tier'), ('channel'), ('complaint_outcome')) as k (kind)
    where
        case
            when cardinality(cast(:group_kind as text[])) > 0 then k.kind = any(cast(:group_kind as text[]))
            when 'group_kind' = any(cast(:by as text[])) then true
            else k.kind = 'tier'
        end
        and (
            k.kind <> 'complaint_outcome'
            or exists (
                select from published.feed_status as f
                where f.refresh_id = :refresh_id and f.feed = 'complaints'
            )
        )
),

stratum as materialized (
    select
        s.region_id,
        s.method_code,
        s.tier,
        s.complaint_outcome,
        sum(s.sent) as sent,
        sum(s.answered) as answered,
        case when 'branch' = any(cast(:by as text[])) then s.branch_id end as branch,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', s.sent_on) as date) end as month
    from published.survey_stratum_sums as s
    where
        s.refresh_id = :refresh_id
        and s.grain = :survey_stratum_grain
        and (cast(:from_on as date) is null or s.sent_on >= cast(:from_on as date))
        and (cast(:from_on as date) is null or s.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or s.sent_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or s.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or s.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or s.branch_id = any(cast(:branches as text[])))
    group by s.region_id, s.method_code, s.tier, s.complaint_outcome, branch, month
),

sample as (
    select
        s.*,
        k.kind,
        case k.kind
            when 'region' then s.region_id
            when 'tier' then s.tier
            when 'channel' then s.method_code
            else s.complaint_outcome
        end as part
    from stratum as s
    cross join kind as k
),

standing as not materialized (
    select *
    from published.survey_population_sums
    where
        refresh_id = :refresh_id
        and grain = :survey_population_grain
        and (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select m.slice_on
    from published.manifest as m
    cross join
        lateral (
            select s.slice_on
            from standing as s
            where s.slice_on = m.slice_on
            order by s.slice_on
            limit 1
        ) as anything
    where
        m.refresh_id = :refresh_id
        and m.table_name = 'survey_population'
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
    order by m.slice_on desc
    limit 1
),

population as (
    select
        p.region_id,
        p.branch_id,
        p.slice_on,
        p.customers,
        k.kind,
        case k.kind when 'region' then p.region_id when 'tier' then p.tier else p.complaint_outcome end as part
    from standing as p
    inner join kind as k on k.kind <> 'channel'
    where
        p.slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end
),

together as (
    select
        kind,
        part,
        region_id,
        branch as branch_id,
        month as month_on,
        sent,
        answered,
        null as customers
    from sample
    union all
    select
        kind,
        part,
        region_id,
        branch_id,
        slice_on as month_on,
        0 as sent,
        0 as answered,
        customers
    from population
),

grouped as (
    select
        sent,
        answered,
        customers,
        kind <> 'channel' and part not in ('lost', 'new', 'unknown') as has_population,
        coalesce(part, 'unknown') as part,
        case when 'group_kind' = any(cast(:by as text[])) then kind end as group_kind,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'month' = any(cast(:by as text[])) then month_on end as month
    from together
),

counted as (
    select
        group_kind,
        region,
        branch,
        month,
        part,
        sum(sent) as asked,
        sum(answered) as answered,
        case when bool_or(has_population) then coalesce(sum(customers), 0) end as population
    from grouped
    group by group_kind, region, branch, month, part
),

shared as (
    select
        *,
        sum(asked) over w as all_asked,
        sum(answered) over w as all_answered,
        sum(population) over w as all_population
    from counted
    window w as (partition by group_kind, region, branch, month)
),

final as (
    select
        group_kind,
        region,
        branch,
        month,
        part,
        answered as value,
        all_answered as denominator,
        asked,
        population,
        answered / nullif(all_answered, 0) as share,
        asked / nullif(all_asked, 0) as asked_share,
        population / nullif(all_population, 0) as population_share,
        answered / nullif(asked, 0) as response_rate,
        published.wilson_low(cast(answered as double precision), cast(asked as double precision)) as response_low,
        published.wilson_high(cast(answered as double precision), cast(asked as double precision)) as response_high
    from shared
    where all_asked > 0
    order by
        group_kind, region, branch, month,
        array_position(array['loyal', 'opportunity', 'edge', 'lost', 'new', 'none', 'resolved', 'other', 'unknown'], part),
        part
)

select *
from final
