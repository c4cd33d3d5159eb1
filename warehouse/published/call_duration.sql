-- published.call_duration
-- One row per day, branch, purpose and log bucket of its length: how many of the six calls were made.
-- Reads  curated.fct_contact, curated.dim_branch
-- Feeds  contacts, branches
-- Slice  month of the call
-- Reach  exact: the months before and after are made again when a call changes.
-- Why    a call of no length was no conversation, or was not timed; neither says how long calls take.
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
        s.slice_on,
        published.duration_bucket(cast(c.duration_seconds as double precision)) as bucket
    from slice as s
    inner join curated.fct_contact as c on s.slice_on <= c.started_on and s.slice_on + interval '1 month' > c.started_on
    where
        c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
        and c.duration_seconds > 0
),

counted as (
    select
        slice_on,
        branch_id,
        started_on,
        purpose_code,
        bucket,
        count(*) as calls
    from call
    group by slice_on, branch_id, started_on, purpose_code, bucket
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.started_on,
        c.purpose_code,
        c.bucket,
        c.calls
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
