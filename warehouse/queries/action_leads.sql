-- Leads for which one action is due, the earliest deadline first.
-- Reads  published.action_lead, published.action_lead_sums
-- Why    the first of several branches are among the first of each: no others are read, and how many there are is told by sums,
--        counted once: PostgreSQL would count again for every row.
with counted as materialized (
    select
        cast(sum(leads) as bigint) as in_all,
        cast(sum(late_leads) as bigint) as late_in_all
    from published.action_lead_sums
    where
        refresh_id = :refresh_id
        and grain = 'branch month action'
        and action = :action
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

foremost as (
    select
        lead_id,
        customer_code,
        region_id,
        branch_id,
        source_code,
        owner_staff_id,
        owner_number,
        collected_at,
        assigned_at,
        due_at,
        cast(extract(epoch from due_at - as_of) as double precision) / 3600 as hours_left
    from published.action_lead
    where
        refresh_id = :refresh_id
        and action = :action
        and place <= :most
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

final as (
    select
        f.*,
        c.in_all,
        c.late_in_all
    from foremost as f
    cross join counted as c
    order by f.due_at, f.lead_id
    limit :most
)

select * from final
