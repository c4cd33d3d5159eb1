-- Complaints that broke their promise, of those whose promise is decided, and how many of the whole company's did; the limits
-- around that are worked out in `solved/complaint_branch.py`.
-- Reads  published.complaint_cohort, published.complaint_company
-- Why    the company is asked for the same period and codes, whatever branches are asked for. Where its totals may not be seen,
--        there is nothing to compare with.
with asked as (
    select
        sla_running,
        sla_breached_closed + sla_breached_open as breached,
        sla_met + sla_breached_closed + sla_breached_open as decided,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', opened_on) as date) end as month
    from published.complaint_cohort
    where
        refresh_id = :refresh_id
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
        and (
            cast(:from_on as date) is null
            or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date)
            or slice_on = date '0001-01-01'
        )
),

company as (
    select
        decided,
        breached,
        case when 'category' = any(cast(:by as text[])) then category_code end as category,
        case when 'severity' = any(cast(:by as text[])) then severity_code end as severity,
        case when 'channel' = any(cast(:by as text[])) then channel_code end as channel,
        case when 'cause' = any(cast(:by as text[])) then cause_code end as cause,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', opened_on) as date) end as month
    from published.complaint_company
    where
        refresh_id = :refresh_id
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
        and (
            cast(:from_on as date) is null
            or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date)
            or slice_on = date '0001-01-01'
        )
),

centre as (
    select
        category,
        severity,
        channel,
        cause,
        month,
        cast(sum(breached) as double precision) / sum(decided) as centre
    from company
    group by category, severity, channel, cause, month
),

added as (
    select
        region,
        branch,
        category,
        severity,
        channel,
        cause,
        month,
        sum(breached) as numerator,
        sum(decided) as denominator,
        sum(sla_running) as pending
    from asked
    group by region, branch, category, severity, channel, cause, month
),

final as (
    select
        a.region,
        a.branch,
        a.category,
        a.severity,
        a.channel,
        a.cause,
        a.month,
        a.numerator,
        a.denominator,
        a.pending,
        c.centre,
        cast(a.numerator as double precision) / nullif(a.denominator, 0) as value,
        published.wilson_low(cast(a.numerator as double precision), cast(a.denominator as double precision)) as low,
        published.wilson_high(cast(a.numerator as double precision), cast(a.denominator as double precision)) as high
    from added as a
    left join centre as c
        on
            a.category is not distinct from c.category
            and a.severity is not distinct from c.severity
            and a.channel is not distinct from c.channel
            and a.cause is not distinct from c.cause
            and a.month is not distinct from c.month
    where a.denominator + a.pending > 0
    order by a.region, a.branch, a.category, a.severity, a.channel, a.cause, a.month
)

select * from final
