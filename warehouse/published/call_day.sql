-- published.call_day
-- One row per day, branch, purpose, outcome and objection: how many of the six calls were made.
-- Reads  curated.fct_contact, curated.dim_branch
-- Feeds  contacts, branches
-- Slice  month of the call
-- Reach  exact: the months before and after are made again when a call changes.
-- Why    calls count by the day on which they began, whether or not anybody knows whom they went to.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

call as (
    select
        c.branch_id,
        c.started_on,
        c.purpose_code,
        c.objection_code,
        s.slice_on,
        coalesce(c.outcome_code, 'unknown') as outcome_code
    from slice as s
    inner join curated.fct_contact as c on s.slice_on <= c.started_on and s.slice_on + interval '1 month' > c.started_on
    where c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
),

counted as (
    select
        slice_on,
        branch_id,
        started_on,
        purpose_code,
        outcome_code,
        objection_code,
        count(*) as calls
    from call
    group by slice_on, branch_id, started_on, purpose_code, outcome_code, objection_code
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.started_on,
        c.purpose_code,
        c.outcome_code,
        c.objection_code,
        c.calls
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
