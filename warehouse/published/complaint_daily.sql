-- published.complaint_daily
-- One row per day, branch, region and codes: complaints that came, came back and went on that day.
-- Reads  curated.fct_complaint, curated.dim_branch
-- Feeds  complaints, complaint_events, branches
-- Slice  month of the day
-- Reach  none: a complaint stands on the days when it came and went, not on those between
-- Why    backlog(t) = backlog(t-1) + opened + reopened - ended: kept as flows, which add, so that any filter has its backlog.
--        A complaint that is said to end before it came leaves when it came.
with complaint as (
    select * from curated.fct_complaint
    where
        cohort_on = any(:slices)
        or ended_month = any(:slices)
        or cohort_on = date '0001-01-01'
        or reopened_count > 0
),

branch as (
    select * from curated.dim_branch
),

stretch as (
    select
        c.*,
        s.number,
        lower(s.open_while) as started_at,
        upper(s.open_while) as stopped_at
    from complaint as c
    cross join unnest(c.open_while) with ordinality as s (open_while, number)
),

flow as (
    select
        s.*,
        'ended' as kind,
        s.stopped_at as instant
    from stretch as s
    where s.stopped_at is not null
    union all
    select
        s.*,
        case when s.number = 1 then 'opened' else 'reopened' end as kind,
        s.started_at as instant
    from stretch as s
),

dated as (
    select
        *,
        cast(instant at time zone :zone as date) as on_date,
        cast(date_trunc('month', instant at time zone :zone) as date) as slice_on
    from flow
),

placed as (
    select
        d.*,
        b.region_id
    from dated as d
    left join branch as b on d.branch_id = b.branch_id
),

final as (
    select
        slice_on,
        branch_id,
        region_id,
        on_date,
        category_code,
        severity_code,
        channel_code,
        count(*) filter (where kind = 'opened') as opened,
        count(*) filter (where kind = 'reopened') as reopened,
        count(*) filter (where kind = 'ended') as ended
    from placed
    where slice_on = any(:slices)
    group by slice_on, branch_id, region_id, on_date, category_code, severity_code, channel_code
)

select * from final
