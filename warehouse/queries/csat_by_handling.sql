-- From handling to satisfaction, repurchase and referral, on the same customers: csat.by_handling.
-- Reads  published.survey_handling, published.feed_status
-- Why    orders and referrals are counted where the 180 whole days after the day of resolution are over; without the feed there is
--        neither, which is not none, and below the smallest base of such customers no share is shown.
with known as materialized (
    select
        least(min(f.heard_on) filter (where f.feed in ('leads', 'orders')), max(f.data_on)) as data_on,
        coalesce(bool_or(f.feed = 'orders'), false) as knows_orders,
        coalesce(bool_or(f.feed = 'leads'), false) as knows_leads
    from published.feed_status as f
    where
        f.refresh_id = :refresh_id
        and f.feed in ('surveys', 'survey_answers', 'complaints', 'complaint_events', 'orders', 'leads')
),

asked as (
    select
        h.*,
        k.knows_orders,
        k.knows_leads,
        h.resolved_on + cast(:mature_days as integer) < k.data_on as is_mature,
        case when 'band' = any(cast(:by as text[])) then h.band end as grouped_band,
        case when 'band' = any(cast(:by as text[])) then h.band_from_hours end as from_hours,
        case when 'region' = any(cast(:by as text[])) then h.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then h.branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then h.method_code end as method,
        case when 'day' = any(cast(:by as text[])) then h.sent_on end as day,
        case when 'week' = any(cast(:by as text[])) then cast(date_trunc('week', h.sent_on) as date) end as week,
        case when 'month' = any(cast(:by as text[])) then cast(date_trunc('month', h.sent_on) as date) end as month
    from published.survey_handling as h
    cross join known as k
    where
        h.refresh_id = :refresh_id
        and (cast(:from_on as date) is null or h.sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or h.sent_on < cast(:until_on as date))
        and (cast(:from_on as date) is null or h.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or h.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or h.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or h.branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or h.method_code = any(cast(:method as text[])))
),

added as (
    select
        grouped_band as band,
        from_hours,
        region,
        branch,
        method,
        day,
        week,
        month,
        cast(sum(answers) as double precision) as n,
        cast(sum(top2) as double precision) as top2,
        cast(coalesce(sum(answers) filter (where is_mature), 0) as double precision) as mature,
        cast(sum(reordered) filter (where is_mature and knows_orders) as double precision) as reordered,
        cast(sum(referred) filter (where is_mature and knows_leads) as double precision) as referred,
        sum(total) as total,
        sum(squares) as squares
    from asked
    group by grouped_band, from_hours, region, branch, method, day, week, month
),

judged as (
    select
        *,
        case when mature >= :smallest_base and reordered is not null then mature end as repurchase_base,
        case when mature >= :smallest_base and referred is not null then mature end as referral_base
    from added
),

final as (
    select
        band,
        region,
        branch,
        method,
        day,
        week,
        month,
        n,
        mature as repurchase_n,
        total / n as value,
        published.mean_low(total, squares, n) as low,
        published.mean_high(total, squares, n) as high,
        top2 / n as top2,
        published.wilson_low(top2, n) as top2_low,
        published.wilson_high(top2, n) as top2_high,
        reordered / repurchase_base as repurchase,
        published.wilson_low(reordered, repurchase_base) as repurchase_low,
        published.wilson_high(reordered, repurchase_base) as repurchase_high,
        referred / referral_base as referral,
        published.wilson_low(referred, referral_base) as referral_low,
        published.wilson_high(referred, referral_base) as referral_high
    from judged
    order by from_hours, region, branch, method, day, week, month
)

select *
from final
