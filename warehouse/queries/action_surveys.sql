-- Customers of the month's draw who are still to be asked, and how many of the draw were.
-- Reads  published.action_survey
with drawn as (
    select
        *,
        count(*) over () as due_in_all,
        count(asked_on) over () as asked_in_all
    from published.action_survey
    where
        refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
),

final as (
    select
        customer_code,
        customer_kind,
        region_id,
        branch_id,
        month_on,
        last_ordered_on,
        due_in_all,
        asked_in_all,
        count(*) over () as in_all
    from drawn
    where asked_on is null
    order by branch_id, place, customer_code
    limit :most
)

select * from final
