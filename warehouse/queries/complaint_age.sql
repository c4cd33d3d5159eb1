-- Complaints open at the data date, by whole days since receipt.
-- Why    what is open now is open now, whatever the period: no period is applied.
with waiting as (
    select
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case
            when floor(open_seconds / 86400) <= 1 then '0-1'
            when floor(open_seconds / 86400) <= 3 then '2-3'
            when floor(open_seconds / 86400) <= 7 then '4-7'
            when floor(open_seconds / 86400) <= 14 then '8-14'
            when floor(open_seconds / 86400) <= 30 then '15-30'
            else '30+'
        end as part
    from published.complaint_open
    where
        refresh_id = :refresh_id
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
),

counted as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        cause,
        part,
        count(*) as value
    from waiting
    group by region, branch, category, severity, channel, cause, part
),

whole as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        cause,
        sum(value) as denominator
    from counted
    group by region, branch, category, severity, channel, cause
),

final as (
    select
        w.region,
        w.branch,
        w.category,
        w.severity,
        w.channel,
        w.cause,
        p.part,
        w.denominator,
        coalesce(c.value, 0) as value,
        cast(coalesce(c.value, 0) as double precision) / w.denominator as share
    from whole as w
    cross join (
        values
        (1, '0-1'),
        (2, '2-3'),
        (3, '4-7'),
        (4, '8-14'),
        (5, '15-30'),
        (6, '30+')
    ) as p (position, part)
    left join counted as c
        on
            p.part = c.part
            and w.region is not distinct from c.region
            and w.branch is not distinct from c.branch
            and w.category is not distinct from c.category
            and w.severity is not distinct from c.severity
            and w.channel is not distinct from c.channel
            and w.cause is not distinct from c.cause
    order by w.region, w.branch, w.category, w.severity, w.channel, w.cause, p.position
)

select * from final
