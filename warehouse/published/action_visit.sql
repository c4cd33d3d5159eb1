-- published.action_visit
-- One row per customer and day on which somebody visited and met the customer, since the start of the last month that has ended.
-- Reads  curated.fct_contact, curated.dim_customer, curated.dim_branch
-- Feeds  contacts, customers, orders, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    published.segment_customer counts visits up to a month's end; a visit made since then is no longer due. A customer
--        without a home branch is nobody's to visit.
with slice as (
    select
        slice_on,
        curated.last_month(cast(:data_until as timestamptz), :zone) as from_on
    from unnest(cast(:slices as date[])) as s (slice_on)
),

visit as (
    select distinct
        s.slice_on,
        c.customer_id,
        c.started_on
    from slice as s
    inner join curated.fct_contact as c on s.from_on <= c.started_on
    where c.purpose_code = 'visit' and c.is_reached
),

final as (
    select
        v.slice_on,
        d.branch_id,
        b.region_id,
        d.customer_code,
        v.started_on as visited_on
    from visit as v
    inner join curated.dim_customer as d on v.customer_id = d.customer_id
    left join curated.dim_branch as b on d.branch_id = b.branch_id
    where d.branch_id is not null
)

select *
from final
