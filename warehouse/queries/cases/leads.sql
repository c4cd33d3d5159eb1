-- The leads behind the figures of a scope, the newest first. `cases` is how many there are.
-- Reads  published.lead_case, published.lead_source
with lead as (
    select *
    from published.lead_case
    where
        refresh_id = :refresh_id
        and (cast(:regions as text[]) = '{}' or region_id = any(cast(:regions as text[])))
        and (cast(:branches as text[]) = '{}' or branch_id = any(cast(:branches as text[])))
        and (cast(:source as text[]) = '{}' or source_code = any(cast(:source as text[])))
        and (cast(:from_on as date) is null or collected_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or collected_on < cast(:until_on as date))
),

source as (
    select source_code
    from published.lead_source
    where
        refresh_id = :refresh_id
        and source_group = any(cast(:source_group as text[]))
),

final as (
    select
        lead_id,
        customer_code,
        branch_id,
        source_code,
        collected_at,
        is_genuine,
        stage,
        as_of,
        count(*) over () as cases
    from lead
    where cast(:source_group as text[]) = '{}' or source_code in (select s.source_code from source as s)
    order by collected_at desc, lead_id asc
    limit :most
)

select * from final
