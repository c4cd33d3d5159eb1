-- published.complaint_daily
-- One row per day, branch, region and codes: complaints that came, came back and went on that day.
-- Reads  curated.fct_complaint, curated.dim_branch
-- Feeds  complaints, complaint_events, branches
-- Slice  month of the day
-- Reach  none: a complaint stands on the days when it came and went, not on those between
-- Why    backlog(t) = backlog(t-1) + opened + reopened - ended: kept as flows, which add, so that any filter has its backlog.
--        A complaint that is said to end before it came leaves when it came.
with complaint as (
    select
        c.*,
        b.region_id
    from curated.fct_complaint as c
    left join curated.dim_branch as b on c.branch_id = b.branch_id
    where
        cast(date_trunc('month', c.opened_on) as date) = any(:slices)
        or c.ended_month = any(:slices)
        or c.reopened_count > 0
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
        edge.kind,
        cast(edge.at at time zone :zone as date) as on_date
    from stretch as s
    cross join
        lateral (
            values
            (case when s.number = 1 then 'opened' else 'reopened' end, s.started_at),
            ('ended', s.stopped_at)
        ) as edge (kind, at)
    where edge.at is not null
),

dated as (
    select
        *,
        cast(date_trunc('month', on_date) as date) as slice_on
    from flow
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
    from dated
    where slice_on = any(:slices)
    group by slice_on, branch_id, region_id, on_date, category_code, severity_code, channel_code
)

select * from final
