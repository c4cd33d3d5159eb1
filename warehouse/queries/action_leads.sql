-- Leads for which one action is due, the earliest deadline first.
-- Reads  published.action_lead
with due as (
    select *
    from published.action_lead
    where
        refresh_id = :refresh_id
        and action = :action
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

final as (
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
        cast(extract(epoch from due_at - as_of) as double precision) / 3600 as hours_left,
        count(*) over () as in_all,
        count(*) filter (where due_at < as_of) over () as late_in_all
    from due
    order by due_at, lead_id
    limit :most
)

select * from final
