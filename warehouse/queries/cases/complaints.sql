-- The complaints behind the figures of a scope: late ones first, then those that are due, then the newest. `cases` is how many there are.
-- Reads  published.complaint_case
with complaint as (
    select *
    from published.complaint_case
    where
        refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:category as text[]) = '{}' or category_code = any(cast(:category as text[])))
        and (cast(:severity as text[]) = '{}' or severity_code = any(cast(:severity as text[])))
        and (cast(:channel as text[]) = '{}' or channel_code = any(cast(:channel as text[])))
        and (cast(:cause as text[]) = '{}' or cause_code = any(cast(:cause as text[])))
        and :sla in ('', sla)
        and (cast(:from_on as date) is null or opened_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or opened_on < cast(:until_on as date))
),

final as (
    select
        complaint_id,
        customer_code,
        branch_id,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        handler_staff_id,
        opened_at,
        due_at,
        ended_at,
        sla,
        is_responded,
        as_of,
        count(*) over () as cases
    from complaint
    order by
        case
            when sla = 'breached_open' then 0
            when sla = 'running' then 1
            when ended_at is null then 2
            else 3
        end asc,
        case when ended_at is null then due_at end asc,
        opened_at desc,
        complaint_id asc
    limit :most
)

select * from final
