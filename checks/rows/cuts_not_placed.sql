-- Matrices of a month without the cut between their fields.
-- Reads  {batch}: gate.figures_segment_cut
select
    slice_on,
    matrix,
    axis
from {batch}
where cut_at is null
