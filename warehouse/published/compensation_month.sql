-- published.compensation_month
-- One row per month of opening and branch: complaints that were compensated, and by how much.
-- Reads  curated.fct_complaint, curated.dim_branch
-- Feeds  complaints, complaint_events, branches
-- Slice  month of opening; 0001-01-01 where it is unknown
-- Reach  exact: a month is made again when one of its complaints changes.
-- Why    nobody says on which day a compensation was paid, so it stands in the month of its complaint.
with complaint as (
    select
        branch_id,
        compensation_amount,
        coalesce(cast(date_trunc('month', opened_on) as date), date '0001-01-01') as slice_on
    from curated.fct_complaint
    where compensation_amount is not null
),

added as (
    select
        slice_on,
        branch_id,
        count(*) as complaints,
        sum(compensation_amount) as amount
    from complaint
    where slice_on = any(cast(:slices as date[]))
    group by slice_on, branch_id
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        a.slice_on,
        a.branch_id,
        b.region_id,
        a.complaints,
        a.amount
    from added as a
    left join branch as b on a.branch_id = b.branch_id
)

select *
from final
