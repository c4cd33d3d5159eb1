-- published.lead_wait
-- One row per day of collection, branch, source and log bucket of the wait until the first order: how many leads.
-- Reads  curated.fct_lead_progress, curated.dim_branch
-- Feeds  leads, orders, branches
-- Slice  month of collection; leads whose day is unknown have no wait
-- Reach  exact: a lead's month is made again when the lead or its first order changes.
-- Why    the curve is drawn from these and from the leads of lead_day that still wait, whose wait is known from their day
--        of collection and the data date alone; so it is right at any later date without being made again.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

lead as (
    select p.*
    from curated.fct_lead_progress as p
    inner join slice as s on p.cohort_on = s.slice_on
    where p.wait_seconds is not null
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

counted as (
    select
        cohort_on as slice_on,
        branch_id,
        collected_on,
        source_code,
        published.duration_bucket(wait_seconds) as bucket,
        count(*) as leads
    from lead
    group by cohort_on, branch_id, collected_on, source_code, bucket
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.collected_on,
        c.source_code,
        c.bucket,
        c.leads
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
