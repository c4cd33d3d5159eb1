-- Invitations answered, of all sent in the same cohort (AAPOR RR1); `pending` were sent in the last 14 days, without answer yet.
-- Why    what is still out counts as not answered yet: the rate of a young cohort can only rise. Days matter in the month alone
--        in which invitations begin to be pending.
with reporting as (
    select value as zone_name
    from published.setting
    where name = 'reporting_zone'
),

status as (
    select data_until
    from published.feed_status
    where refresh_id = :refresh_id and feed in ('surveys', 'survey_answers')
),

known as (
    select max(cast(s.data_until at time zone coalesce(r.zone_name, 'UTC') as date)) - 13 as pending_on
    from status as s
    left join reporting as r on true
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

cohort as (
    select *
    from published.survey_cohort_sums
    where
        refresh_id = :refresh_id
        and grain = case when slice_on = (select b.month_on from border as b) then :survey_cohort_border_grain else :survey_cohort_grain end
        and (cast(:from_on as date) is null or sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or sent_on < cast(:until_on as date))
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:method as text[])) = 0 or method_code = any(cast(:method as text[])))
        and (cardinality(cast(:wave as text[])) = 0 or wave_code = any(cast(:wave as text[])))
),

aged as (
    select
        c.*,
        case when c.sent_on >= b.pending_on then c.sent - c.answered else 0 end as pending
    from cohort as c
    cross join border as b
),

asked as (
    select
        sent,
        answered,
        pending,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then method_code end as method,
        case when 'wave' = any(cast(:by as text[])) then wave_code end as wave,
        case when 'day' = any(cast(:by as text[])) then sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', sent_on) as date) end as month
    from aged
),

added as (
    select
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        sum(answered) as numerator,
        sum(sent) as denominator,
        sum(pending) as pending
    from asked
    group by region, branch, method, wave, day, week, month
),

final as (
    select
        region,
        branch,
        method,
        wave,
        day,
        week,
        month,
        numerator,
        denominator,
        pending,
        cast(numerator as double precision) / cast(denominator as double precision) as value,
        published.wilson_low(cast(numerator as double precision), cast(denominator as double precision)) as low,
        published.wilson_high(cast(numerator as double precision), cast(denominator as double precision)) as high
    from added
    order by region, branch, method, wave, day, week, month
)

select * from final
