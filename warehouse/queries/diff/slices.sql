-- One row per table and slice of which two refreshes show other editions: which refresh made what each of them shows.
-- Reads  published.manifest
-- Why    what neither made anew cannot differ, so nothing else needs to be looked at.
with before as (
    select
        table_name,
        slice_on,
        edition_id
    from published.manifest
    where refresh_id = :earlier
),

after as (
    select
        table_name,
        slice_on,
        edition_id
    from published.manifest
    where refresh_id = :later
),

final as (
    select
        before.edition_id as was,
        after.edition_id as becomes,
        coalesce(before.table_name, after.table_name) as table_name,
        coalesce(before.slice_on, after.slice_on) as slice_on
    from before
    full join after on before.table_name = after.table_name and before.slice_on = after.slice_on
    where before.edition_id is distinct from after.edition_id
)

select *
from final
order by table_name, slice_on
