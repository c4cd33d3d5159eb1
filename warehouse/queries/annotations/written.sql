-- One row per note that the person may see and that nobody has withdrawn, the oldest day first.
-- Reads  published.annotation
with note as (
    select
        annotation_id,
        from_on,
        until_on,
        text_en,
        text_zh,
        concerns,
        scope_kind,
        scope_id,
        written_by,
        written_at
    from published.annotation
    where withdrawn_at is null
)

select *
from note
order by from_on, annotation_id
