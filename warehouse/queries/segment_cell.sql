-- Customers in each cell of a matrix: matrix.portfolio, matrix.value_tier, matrix.distributor, matrix.apostle.
-- Reads  published.segment_move_sums, published.segment_apostle_sums, published.segment_cut, published.feed_status,
--        published.manifest
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
--        Without the feed of contacts nobody knows of any visit: coverage is unknown, not zero.
with every_matrix as not materialized (
    select * from published.segment_move_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_move_grain
        and :metric != 'matrix.apostle'
    union all
    select * from published.segment_apostle_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_apostle_grain
        and :metric = 'matrix.apostle'
),

newest as materialized (
    select m.slice_on
    from published.manifest as m
    cross join
        lateral (
            select e.slice_on
            from every_matrix as e
            where e.slice_on = m.slice_on and 'matrix.' || e.matrix = :metric
            order by e.slice_on
            limit 1
        ) as anything
    where
        m.refresh_id = :refresh_id
        and m.table_name = case :metric when 'matrix.apostle' then 'segment_apostle' else 'segment_move' end
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
    order by m.slice_on desc
    limit 1
),

month as (
    select m.*
    from every_matrix as m
    where
        'matrix.' || m.matrix = :metric
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and m.slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select n.slice_on from newest as n)
        end
),

measured as (
    select distinct
        slice_on,
        measured_by
    from published.segment_cut
    where refresh_id = :refresh_id and 'matrix.' || matrix = :metric
),

told as materialized (
    select count(*) > 0 as has_visits from published.feed_status
    where refresh_id = :refresh_id and feed = 'contacts'
),

standing as (
    select
        m.slice_on,
        m.to_cell as part,
        m.customers,
        m.revenue,
        m.visits_got,
        m.visits_due,
        m.would_move,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch,
        case when 'customer_kind' = any(cast(:by as text[])) then m.customer_kind end as customer_kind
    from month as m
    where
        m.to_cell != 'gone'
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or m.customer_kind = any(cast(:customer_kind as text[])))
),

cell as (
    select
        s.month,
        s.region,
        s.branch,
        s.customer_kind,
        s.part,
        max(cast(d.measured_by = 'wallets' as integer)) filter (where :metric = 'matrix.portfolio') as by_wallets,
        max(cast(d.measured_by = 'intention' as integer)) filter (where :metric = 'matrix.apostle') as by_intention,
        sum(s.customers) as value,
        sum(s.would_move) as would_move,
        sum(s.revenue) as revenue,
        sum(s.visits_got) filter (where t.has_visits) as visits_got,
        sum(s.visits_due) filter (where t.has_visits) as visits_due
    from standing as s
    cross join told as t
    left join measured as d on s.slice_on = d.slice_on
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
        would_move,
        by_wallets,
        by_intention,
        value / sum(value) over w as share,
        sum(value) over w as denominator,
        revenue / nullif(sum(revenue) over w, 0) as revenue_share,
        visits_got / nullif(visits_due, 0) as coverage,
        would_move / nullif(value, 0) as would_move_share,
        sum(would_move) over w / sum(value) over w as would_move_of_all
    from cell
    window w as (partition by month, region, branch, customer_kind)
    order by month, region, branch, customer_kind, part
)

select *
from final
