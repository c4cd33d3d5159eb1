-- One row: the number of the note that is written.
select
    access.annotate(
        cast(:from_on as date),
        cast(:until_on as date),
        :text_en,
        :text_zh,
        cast(:concerns as text[]),
        :scope_kind,
        :scope_id
    ) as annotation_id
