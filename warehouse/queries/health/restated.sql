-- One row per figure of a month that was over, and that a refresh changed: the whole company's first, then the greatest change.
-- Reads  published.restatement
-- Why    people have seen these figures, and may have quoted them. Empty for whoever does not see the whole company.
with listed as (
    select
        table_name,
        measure,
        slice_on,
        region_id,
        was,
        becomes,
        coalesce(becomes, 0) - coalesce(was, 0) as difference,
        abs(coalesce(becomes, 0) - coalesce(was, 0)) / greatest(abs(was), 1) as size
    from published.restatement
    where refresh_id = cast(:asked as bigint)
)

select *
from listed
order by region_id is not null, -size, table_name, measure, slice_on, region_id
