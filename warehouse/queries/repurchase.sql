-- Customers who bought again after saying whether product and service satisfied them: matrix.repurchase.
-- Reads  published.repurchase, published.feed_status
-- Why    an invitation has had its 180 days when 180 whole days after its day are over; those that have not are pending.
with invitation as (
    select
        r.*,
        case when r.is_product_satisfied then 'yes' else 'no' end as product,
        case when r.is_service_satisfied then 'yes' else 'no' end as service
    from published.repurchase as r
    where
        r.refresh_id = :refresh_id
        and (cast(:from_on as date) is null or r.slice_on >= cast(date_trunc('month', cast(:from_on as timestamp)) as date))
        and (cast(:from_on as date) is null or r.sent_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or r.sent_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or r.slice_on < cast(:until_on as date))
        and (cast(:regions as text[]) = '{}' or r.region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or r.branch_id = any(cast(:branches as text[])))
        and (cast(:method as text[]) = '{}' or r.method_code = any(cast(:method as text[])))
),

known as materialized (
    select least(min(f.heard_on) filter (where f.feed = 'orders'), max(f.data_on)) as data_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('surveys', 'survey_answers', 'orders')
),

grouped as (
    select
        i.invitations,
        i.ordered_in_180,
        case when 'month' = any(cast(:by as text[])) then i.slice_on end as month,
        case when 'region' = any(cast(:by as text[])) then i.region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then i.branch_id end as branch,
        case when 'method' = any(cast(:by as text[])) then i.method_code end as method,
        case when 'product_satisfied' = any(cast(:by as text[])) then i.product end as product_satisfied,
        case when 'service_satisfied' = any(cast(:by as text[])) then i.service end as service_satisfied,
        i.sent_on + cast(:mature_days as integer) < k.data_on as is_due
    from invitation as i
    cross join known as k
    where
        (cast(:product_satisfied as text[]) = '{}' or i.product = any(cast(:product_satisfied as text[])))
        and (cast(:service_satisfied as text[]) = '{}' or i.service = any(cast(:service_satisfied as text[])))
),

added as (
    select
        month,
        region,
        branch,
        method,
        product_satisfied,
        service_satisfied,
        coalesce(sum(ordered_in_180) filter (where is_due), 0) as numerator,
        coalesce(sum(invitations) filter (where is_due), 0) as denominator,
        coalesce(sum(invitations) filter (where not is_due), 0) as pending
    from grouped
    group by month, region, branch, method, product_satisfied, service_satisfied
),

final as (
    select
        month,
        region,
        branch,
        method,
        product_satisfied,
        service_satisfied,
        numerator,
        denominator,
        pending,
        numerator / nullif(denominator, 0) as value,
        published.wilson_low(numerator, denominator) as low,
        published.wilson_high(numerator, denominator) as high
    from added
    order by month, region, branch, method, product_satisfied, service_satisfied
)

select *
from final
