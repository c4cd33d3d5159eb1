-- What leads cost beside what they brought: lead.cost_per_lead, lead.cost_per_order, lead.revenue_per_lead, lead.roi.
-- Reads  published.cost_month_sums, published.lead_day_sums, published.attribution_day_sums, published.first_touch_month_sums,
--        published.lead_source, published.feed_status
-- Why    costs are known by month: those months count that begin in the period, and leads and orders of the same months.
--        Leads that have not had so many whole days are counted all the same, and told apart as pending: days matter in the
--        month alone in which that begins.
with known as (
    select least(min(f.heard_on) filter (where f.feed = 'orders'), max(f.data_on)) - cast(:mature_days as integer) as pending_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('leads', 'orders')
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

entry as (
    select
        c.slice_on as month_on,
        c.region_id,
        c.branch_id,
        c.source_code,
        c.source_amount + c.new_amount + c.existing_amount + c.unattended_amount as cost,
        0 as revenue,
        0 as leads,
        0 as orders,
        0 as pending
    from published.cost_month_sums as c
    where
        c.refresh_id = :refresh_id
        and c.grain = :cost_month_grain
        and :metric != 'lead.revenue_per_lead'
    union all
    select
        d.slice_on as month_on,
        d.region_id,
        d.branch_id,
        d.source_code,
        0 as cost,
        0 as revenue,
        d.leads,
        0 as orders,
        case when d.collected_on >= (select b.pending_on from border as b) then d.leads else 0 end as pending
    from published.lead_day_sums as d
    where
        d.refresh_id = :refresh_id
        and d.grain = case when d.slice_on = (select b.month_on from border as b) then :lead_day_border_grain else :lead_day_grain end
        and :metric != 'lead.cost_per_order'
    union all
    select
        a.slice_on as month_on,
        a.region_id,
        a.branch_id,
        a.source_code,
        0 as cost,
        0 as revenue,
        0 as leads,
        a.first_orders as orders,
        0 as pending
    from published.attribution_day_sums as a
    where
        a.refresh_id = :refresh_id
        and a.grain = :attribution_day_grain
        and :metric = 'lead.cost_per_order'
    union all
    select
        t.cohort_on as month_on,
        t.region_id,
        t.branch_id,
        t.source_code,
        0 as cost,
        t.amount as revenue,
        0 as leads,
        0 as orders,
        0 as pending
    from published.first_touch_month_sums as t
    where
        t.refresh_id = :refresh_id
        and t.grain = :first_touch_month_grain
        and :metric in ('lead.revenue_per_lead', 'lead.roi')
),

placed as (
    select
        e.month_on,
        e.region_id,
        e.branch_id,
        e.cost,
        e.revenue,
        e.leads,
        e.orders,
        e.pending,
        coalesce(e.source_code, 'unattributed') as source_code
    from entry as e
    where
        (cast(:from_on as date) is null or e.month_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or e.month_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or e.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or e.branch_id = any(cast(:branches as text[])))
),

source as (
    select
        source_code,
        source_group
    from published.lead_source
    where refresh_id = :refresh_id
    union all
    select
        'unattributed' as source_code,
        'unattributed' as source_group
),

grouped as (
    select
        p.cost,
        p.revenue,
        p.leads,
        p.orders,
        p.pending,
        case when 'month' = any(cast(:by as text[])) then nullif(p.month_on, date '0001-01-01') end as month,
        case when 'region' = any(cast(:by as text[])) then p.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then p.branch_id end as branch,
        case when 'source' = any(cast(:by as text[])) then p.source_code end as source,
        case
            when 'source_group' = any(cast(:by as text[]))
                then (
                    select s.source_group from source as s
                    where s.source_code = p.source_code
                )
        end as source_group
    from placed as p
    where
        (cast(:source as text[]) = '{}' or p.source_code = any(cast(:source as text[])))
        and (
            cast(:source_group as text[]) = '{}'
            or p.source_code in (
                select s.source_code from source as s
                where s.source_group = any(cast(:source_group as text[]))
            )
        )
),

added as (
    select
        month,
        region,
        branch,
        source,
        source_group,
        sum(cost) as cost,
        sum(revenue) as revenue,
        sum(leads) as leads,
        sum(orders) as orders,
        sum(pending) as pending
    from grouped
    group by month, region, branch, source, source_group
),

divided as (
    select
        month,
        region,
        branch,
        source,
        source_group,
        pending,
        case :metric when 'lead.revenue_per_lead' then revenue when 'lead.roi' then revenue - cost else cost end as numerator,
        case :metric when 'lead.roi' then cost when 'lead.cost_per_order' then orders else leads end as denominator,
        case :metric when 'lead.cost_per_order' then orders else leads end as n
    from added
),

final as (
    select
        month,
        region,
        branch,
        source,
        source_group,
        numerator,
        denominator,
        n,
        pending,
        numerator / nullif(denominator, 0) as value
    from divided
    order by month, region, branch, source, source_group
)

select *
from final
