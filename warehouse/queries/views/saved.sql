-- The views that the person may open: the own ones first, then those that others share in a branch the person may see.
-- Reads  published.saved_view
with openable as (
    select
        view_id,
        person,
        page,
        name,
        address,
        shared_with,
        saved_at,
        person = access.person() as is_own
    from published.saved_view
),

final as (
    select *
    from openable
    order by is_own desc, lower(name) asc, page asc, person asc
)

select * from final
