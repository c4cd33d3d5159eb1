-- Complaints open at the data date, by the time left to their deadline.
-- Why    what is open now is open now, whatever the period: no period is applied. `within_72h` starts where `within_24h` ends.
with waiting as (
    select
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case
            when due_at is null then 'no_deadline'
            when due_at < as_of then 'overdue'
            when due_at < as_of + interval '24 hours' then 'within_24h'
            when due_at < as_of + interval '72 hours' then 'within_72h'
            else 'later'
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
        (1, 'overdue'),
        (2, 'within_24h'),
        (3, 'within_72h'),
        (4, 'later'),
        (5, 'no_deadline')
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
