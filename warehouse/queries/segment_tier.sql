-- Customers in each cell of the value tiers: matrix.value_tier.
-- Reads  published.segment_tier, published.feed_status
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        Without the feed of contacts nobody knows of any visit: coverage is unknown, not zero.
with month as (
    select m.*
    from published.segment_tier as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or m.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or m.customer_kind = any(cast(:customer_kind as text[])))
),

newest as (
    select max(slice_on) as slice_on from month
),

told as (
    select count(*) > 0 as has_visits from published.feed_status
    where refresh_id = :refresh_id and feed = 'contacts'
),

standing as (
    select
        m.cell as part,
        m.customers,
        m.revenue,
        m.visits_got,
        m.visits_due,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch,
        case when 'customer_kind' = any(cast(:by as text[])) then m.customer_kind end as customer_kind
    from month as m
    inner join newest as n on m.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
),

cell as (
    select
        s.month,
        s.region,
        s.branch,
        s.customer_kind,
        s.part,
        sum(s.customers) as value,
        sum(s.revenue) as revenue,
        sum(s.visits_got) filter (where t.has_visits) as visits_got,
        sum(s.visits_due) filter (where t.has_visits) as visits_due
    from standing as s
    cross join told as t
    group by s.month, s.region, s.branch, s.customer_kind, s.part
),

final as (
    select
        month,
        region,
        branch,
        customer_kind,
        part,
        value,
        revenue,
        visits_got,
        visits_due,
        value / sum(value) over w as share,
        sum(value) over w as denominator,
        revenue / nullif(sum(revenue) over w, 0) as revenue_share,
        visits_got / nullif(visits_due, 0) as coverage
    from cell
    window w as (partition by month, region, branch, customer_kind)
    order by month, region, branch, customer_kind, part
)

select *
from final
