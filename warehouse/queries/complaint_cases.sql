-- Open complaints whose deadline lies from `:hours_from` up to `:hours_until` hours after the data date (null: no bound).
with waiting as (
    select
        *,
        cast(extract(epoch from due_at - as_of) as double precision) / 3600 as hours_left
    from published.complaint_open
    where
        refresh_id = :refresh_id
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
        and (cardinality(cast(:category as text[])) = 0 or category_code = any(cast(:category as text[])))
        and (cardinality(cast(:severity as text[])) = 0 or severity_code = any(cast(:severity as text[])))
        and (cardinality(cast(:channel as text[])) = 0 or channel_code = any(cast(:channel as text[])))
        and (cardinality(cast(:cause as text[])) = 0 or cause_code = any(cast(:cause as text[])))
        and due_at is not null
),

final as (
    select
        complaint_id,
        customer_code,
        region_id,
        branch_id,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        handler_staff_id,
        opened_at,
        due_at,
        as_of,
        hours_left,
        is_paused,
        is_responded,
        reopened_count,
        open_seconds / 3600 as open_hours,
        working_seconds / 3600 as working_hours,
        count(*) over () as in_all
    from waiting
    where
        (cast(:hours_from as double precision) is null or hours_left >= cast(:hours_from as double precision))
        and (cast(:hours_until as double precision) is null or hours_left < cast(:hours_until as double precision))
    order by due_at, complaint_id
    limit :most
)

select * from final
