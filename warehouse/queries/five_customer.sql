-- Customers who bought again, referred somebody, left: five.repeat_rate, five.referral_rate, five.churn_rate.
-- Reads  published.five_month
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        A month that looks back further than anything was ever delivered is pending, not counted.
with month as (
    select m.*
    from published.five_month as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or m.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
),

newest as (
    select max(slice_on) as slice_on from month
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
    inner join newest as n on m.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
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
