-- Customers by the cell in which they stood a month before, and that in which they stand: matrix.moves.
-- Reads  published.segment_move_sums, published.segment_apostle_sums, published.manifest
-- Why    a step from one month's end to the next: by month, every step that ends in the period; else, for each matrix, the last that
--        had ended by its end.
with every_matrix as not materialized (
    select * from published.segment_move_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_move_grain
        and (cast(:matrix as text[]) = '{}' or matrix = any(cast(:matrix as text[])))
        and (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
    union all
    select * from published.segment_apostle_sums
    where
        refresh_id = :refresh_id
        and grain = :segment_apostle_grain
        and (cast(:matrix as text[]) = '{}' or 'apostle' = any(cast(:matrix as text[])))
        and (cast(:until_on as date) is null or slice_on + interval '1 month' <= cast(:until_on as date))
),

newest as materialized (
    select
        k.matrix,
        last_one.slice_on
    from (values ('portfolio'), ('value_tier'), ('distributor'), ('apostle')) as k (matrix)
    cross join
        lateral (
            select s.slice_on
            from published.manifest as s
            cross join
                lateral (
                    select e.slice_on
                    from every_matrix as e
                    where e.slice_on = s.slice_on and e.matrix = k.matrix
                    order by e.slice_on
                    limit 1
                ) as anything
            where
                s.refresh_id = :refresh_id
                and s.table_name = case k.matrix when 'apostle' then 'segment_apostle' else 'segment_move' end
                and (cast(:until_on as date) is null or s.slice_on + interval '1 month' <= cast(:until_on as date))
            order by s.slice_on desc
            limit 1
        ) as last_one
    where
        'month' != all(cast(:by as text[]))
        and (cast(:matrix as text[]) = '{}' or k.matrix = any(cast(:matrix as text[])))
),

month as (
    select m.*
    from every_matrix as m
    left join newest as n on m.matrix = n.matrix
    where
        m.slice_on >= case
            when 'month' = any(cast(:by as text[]))
                then coalesce(cast(date_trunc('month', cast(:from_on as timestamp)) as date), date '-infinity')
            else (select min(l.slice_on) from newest as l)
        end
        and ('month' = any(cast(:by as text[])) or m.slice_on = n.slice_on)
),

step as (
    select
        m.customers,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch,
        case when 'customer_kind' = any(cast(:by as text[])) then m.customer_kind end as customer_kind,
        case when 'matrix' = any(cast(:by as text[])) then m.matrix end as matrix,
        case when 'from_cell' = any(cast(:by as text[])) then m.from_cell end as from_cell,
        case when 'to_cell' = any(cast(:by as text[])) then m.to_cell end as to_cell
    from month as m
    where
        (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
        and (cast(:customer_kind as text[]) = '{}' or m.customer_kind = any(cast(:customer_kind as text[])))
        and (cast(:from_cell as text[]) = '{}' or m.from_cell = any(cast(:from_cell as text[])))
        and (cast(:to_cell as text[]) = '{}' or m.to_cell = any(cast(:to_cell as text[])))
),

final as (
    select
        month,
        region,
        branch,
        customer_kind,
        matrix,
        from_cell,
        to_cell,
        sum(customers) as value
    from step
    group by month, region, branch, customer_kind, matrix, from_cell, to_cell
    order by month, region, branch, customer_kind, matrix, from_cell, to_cell
)

select *
from final
