-- The events behind the figures of a scope, the newest first. `cases` is how many there are.
-- Reads  published.event_case
with event as (
    select *
    from published.event_case
    where
        refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:event_kind as text[]) = '{}' or event_kind = any(cast(:event_kind as text[])))
        and (cast(:from_on as date) is null or held_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or held_on < cast(:until_on as date))
),

final as (
    select
        event_id,
        branch_id,
        event_kind,
        held_on,
        invited,
        confirmed,
        attended,
        existing,
        as_of,
        count(*) over () as cases
    from event
    order by held_on desc, event_id asc
    limit :most
)

select * from final
