-- published.lead_day
-- One row per day of collection, branch and source: how many leads, and how far they came.
-- Reads  curated.fct_lead_progress, curated.dim_branch
-- Feeds  leads, orders, contacts, attendances, events, branches
-- Slice  month of collection; 0001-01-01 for leads whose day is unknown
-- Reach  exact: a lead's month is made again when the lead, or one of its first two order days, first contacts,
--        attendances or referrals changes.
-- Why    nothing here depends on today: whether a lead has had its 30 days is asked when the figure is read, so that a
--        quiet month is never made again.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

lead as (
    select p.*
    from curated.fct_lead_progress as p
    inner join slice as s on p.cohort_on = s.slice_on
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
        count(*) as leads,
        count(*) filter (where is_genuine) as genuine,
        count(*) filter (where not is_genuine) as fake,
        count(*) filter (where stage >= 2) as at_genuine,
        count(*) filter (where stage >= 3) as at_reached,
        count(*) filter (where stage >= 4) as at_invited,
        count(*) filter (where stage >= 5) as at_attended,
        count(*) filter (where stage >= 6) as at_ordered,
        count(*) filter (where stage >= 7) as at_ordered_again,
        count(*) filter (where stage >= 8) as at_referred,
        count(*) filter (where has_ordered) as ordered,
        count(*) filter (where wait_seconds is not null) as waited,
        count(*) filter (where wait_seconds <= 30 * 86400) as ordered_in_30,
        count(*) filter (where wait_seconds <= 90 * 86400) as ordered_in_90,
        count(*) filter (where wait_seconds <= 180 * 86400) as ordered_in_180
    from lead
    group by cohort_on, branch_id, collected_on, source_code
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.collected_on,
        c.source_code,
        c.leads,
        c.genuine,
        c.fake,
        c.at_genuine,
        c.at_reached,
        c.at_invited,
        c.at_attended,
        c.at_ordered,
        c.at_ordered_again,
        c.at_referred,
        c.ordered,
        c.waited,
        c.ordered_in_30,
        c.ordered_in_90,
        c.ordered_in_180
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
