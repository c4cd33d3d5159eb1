-- Complaints that broke their promise, of those whose promise is decided, and how many of the whole company's did; the limits
-- around that are worked out in `solved/complaint_branch.py`.
-- Reads  published.complaint_cohort_sums, published.complaint_company through access.company_promises
-- Why    who sees every branch has the company before them, for the same days and codes. Others are told it by whole months, those
--        that the period touches, and by one code at most: two answers that differ by a day or by a second code would tell of
--        few complaints. Where one of the months or codes asked for may not be told, there is nothing to compare with.
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
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', opened_on) as date) end as month,
        (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[]))) as is_here
    from published.complaint_cohort_sums
    where
        refresh_id = :refresh_id
        and grain = :complaint_cohort_grain
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
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

cut as (
    select case count(*) when 0 then 'all' when 1 then max(d.name) end as name
    from (
        values
        ('category', cardinality(cast(:category as text[]))),
        ('severity', cardinality(cast(:severity as text[]))),
        ('channel', cardinality(cast(:channel as text[]))),
        ('cause', cardinality(cast(:cause as text[])))
    ) as d (name, chosen)
    where d.chosen > 0 or d.name = any(cast(:by as text[]))
),

told as (
    select
        p.decided,
        p.breached,
        case when 'category' = any(cast(:by as text[])) then p.code end as category,
        case when 'severity' = any(cast(:by as text[])) then p.code end as severity,
        case when 'channel' = any(cast(:by as text[])) then p.code end as channel,
        case when 'cause' = any(cast(:by as text[])) then p.code end as cause,
        case when 'month' = any(cast(:by as text[])) then p.month_on end as month
    from
        access.company_promises(
            :refresh_id, (select name from cut), cast(:from_on as date), cast(:until_on as date)
        ) as p
    where
        not (select access.sees_whole_company())
        and (
            cardinality(cast(:category as text[]) || :severity || :channel || :cause) = 0
            or p.code = any(cast(:category as text[]) || :severity || :channel || :cause)
        )
),

company as (
    select
        category,
        severity,
        channel,
        cause,
        month,
        sum(breached) as breached,
        sum(decided) as decided
    from asked
    where (select access.sees_whole_company())
    group by category, severity, channel, cause, month
    union all
    select
        category,
        severity,
        channel,
        cause,
        month,
        sum(breached) as breached,
        sum(decided) as decided
    from told
    group by category, severity, channel, cause, month
    having count(*) = count(decided)
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
    where is_here
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
        cast(c.breached as double precision) / nullif(c.decided, 0) as centre,
        cast(a.numerator as double precision) / nullif(a.denominator, 0) as value,
        published.wilson_low(cast(a.numerator as double precision), cast(a.denominator as double precision)) as low,
        published.wilson_high(cast(a.numerator as double precision), cast(a.denominator as double precision)) as high
    from added as a
    left join company as c
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
