-- published.lead_call
-- One row per day of collection, branch and source: how many leads were screened in time, and how many got each of the six calls.
-- Reads  curated.fct_lead_call, curated.dim_lead_source, curated.dim_branch
-- Feeds  leads, contacts, lead_sources, branches
-- Slice  month of collection; leads whose day is unknown have no calls to count
-- Reach  exact: a lead's month is made again when the lead, or one of its calls, changes; all months of a source when its
--        deadline does.
-- Why    the deadline stands beside the leads, so whether they were due is asked when the figure is read. A lead that got
--        call k got every call before it.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

lead as (
    select c.*
    from curated.fct_lead_call as c
    inner join slice as s on c.cohort_on = s.slice_on
    where c.collected_on is not null
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

source as (
    select
        source_code,
        source_group,
        screening_days
    from curated.dim_lead_source
),

usual as (
    select cast(:calls as jsonb) -> 'screening_days' as allowed
),

due as (
    select
        l.*,
        coalesce(s.screening_days, cast(u.allowed ->> s.source_group as integer), cast(u.allowed ->> 'default' as integer)) as screening_days
    from lead as l
    cross join usual as u
    left join source as s on l.source_code = s.source_code
),

counted as (
    select
        cohort_on as slice_on,
        branch_id,
        collected_on,
        source_code,
        screening_days,
        count(*) as leads,
        count(*) filter (
            where first_screened_at <= collected_at + make_interval(hours => 24 * cast(screening_days as integer))
        ) as screened_in_time,
        count(*) filter (where calls >= 1) as with_screening,
        count(*) filter (where calls >= 2) as with_invitation,
        count(*) filter (where calls >= 3) as with_confirmation,
        count(*) filter (where calls >= 4) as with_reminder,
        count(*) filter (where calls >= 5) as with_thanks,
        count(*) filter (where calls >= 6) as with_follow_up
    from due
    group by cohort_on, branch_id, collected_on, source_code, screening_days
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.collected_on,
        c.source_code,
        c.screening_days,
        c.leads,
        c.screened_in_time,
        c.with_screening,
        c.with_invitation,
        c.with_confirmation,
        c.with_reminder,
        c.with_thanks,
        c.with_follow_up
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
