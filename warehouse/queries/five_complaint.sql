-- Complaints opened in a month for each customer active at its end: five.complaint_rate.
-- Reads  published.five_month, published.complaint_cohort_sums
-- Why    complaints are events, several a customer perhaps, so this is a ratio with a Poisson interval and not a share. By
--        month, every month that ends in the period; else the last that had ended by its end.
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

since as materialized (
    select
        case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end as month_on
),

month as (
    select e.*
    from every_month as e
    where e.slice_on >= (select s.month_on from since as s)
),

complaint as (
    select
        cast(date_trunc('month', c.opened_on) as date) as slice_on,
        c.branch_id,
        sum(c.opened) as opened
    from published.complaint_cohort_sums as c
    where
        c.refresh_id = :refresh_id
        and c.grain = :complaint_cohort_grain
        and c.opened_on >= (select s.month_on from since as s)
        and (c.slice_on = date '0001-01-01' or c.slice_on >= (select s.month_on from since as s))
        and (cast(:until_on as date) is null or c.slice_on < cast(:until_on as date))
    group by date_trunc('month', c.opened_on), c.branch_id
),

judged as (
    select
        m.active,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch,
        coalesce(c.opened, 0) as opened
    from month as m
    left join complaint as c on m.slice_on = c.slice_on and m.branch_id = c.branch_id
),

added as (
    select
        month,
        region,
        branch,
        sum(opened) as numerator,
        sum(active) as denominator
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
        numerator / nullif(denominator, 0) as value,
        published.poisson_low(numerator, denominator) as low,
        published.poisson_high(numerator, denominator) as high
    from added
    order by month, region, branch
)

select *
from final
