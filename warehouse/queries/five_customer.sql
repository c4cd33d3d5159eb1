-- Customers who bought again, referred somebody, left: five.repeat_rate, five.referral_rate, five.churn_rate.
-- Reads  published.five_month
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        A month that looks back further than anything was ever delivered is pending, not counted.
with every_month as not materialized (
    select m.*
    from published.five_month as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as materialized (
    select e.slice_on
    from every_month as e
    order by e.slice_on desc
    limit 1
),

month as (
    select e.*
    from every_month as e
    where
        e.slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end
),

judged as (
    select
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch,
        case :metric when 'five.repeat_rate' then m.repeated when 'five.referral_rate' then m.referring else m.gone end as events,
        case :metric when 'five.churn_rate' then m.active_before else m.active end as base,
        case :metric when 'five.churn_rate' then m.is_whole_24 else m.is_whole_12 end as is_whole
    from month as m
),

added as (
    select
        month,
        region,
        branch,
        coalesce(sum(events) filter (where is_whole), 0) as numerator,
        coalesce(sum(base) filter (where is_whole), 0) as denominator,
        coalesce(sum(base) filter (where not is_whole), 0) as pending
    from judged
    group by month, region, branch
),

final as (
    select
        month,
        region,
        branch,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by month, region, branch
)

select *
from final
