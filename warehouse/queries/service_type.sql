-- Staff and branches by type of service: matrix.service_type, matrix.branch_service_type.
-- Reads  published.service_type
-- Why    a standing at a month's end: by month, every month that ends in the period; else the last that had ended by its end.
with month as (
    select m.*
    from published.service_type as m
    where
        m.refresh_id = :refresh_id
        and (cast(:until_on as date) is null or m.slice_on + interval '1 month' <= cast(:until_on as date))
        and (
            'month' != all(cast(:by as text[]))
            or (cast(:from_on as date) is null or m.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        )
        and (cast(:regions as text[]) = '{}' or m.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or m.branch_id = any(cast(:branches as text[])))
        and m.subject = case :metric when 'matrix.branch_service_type' then 'branch' else 'staff' end
),

newest as materialized (
    select max(slice_on) as slice_on from month
),

standing as (
    select
        m.cell as part,
        m.members,
        m.audits,
        case when 'month' = any(cast(:by as text[])) then m.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then m.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then m.branch_id end as branch
    from month as m
    inner join newest as n on m.slice_on = n.slice_on or 'month' = any(cast(:by as text[]))
),

cell as (
    select
        month,
        region,
        branch,
        part,
        sum(members) as value,
        sum(audits) as audits
    from standing
    group by month, region, branch, part
),

final as (
    select
        month,
        region,
        branch,
        part,
        value,
        audits,
        value / sum(value) over w as share,
        sum(value) over w as denominator
    from cell
    window w as (partition by month, region, branch)
    order by month, region, branch, array_position(array['quality', 'factory', 'friendly', 'indifferent'], part)
)

select *
from final
