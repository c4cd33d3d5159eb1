-- Where the whole company's cuts of a matrix lay at each month's end.
-- Reads  published.segment_cut
with cut as (
    select
        slice_on as month_on,
        axis,
        measured_by,
        cut_at,
        corner_at
    from published.segment_cut
    where refresh_id = :refresh_id and matrix = :matrix
    order by slice_on, axis
)

select *
from cut
