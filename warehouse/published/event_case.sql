-- published.event_case
-- One row per event of the last 92 days: who was invited, confirmed and came, and how many of them were customers already.
-- Reads  curated.dim_event, curated.fct_attendance, curated.dim_branch
-- Feeds  events, attendances, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    whoever sees a figure asks which events stand behind it. 92 days hold every quarter, and keep the list short.
with slice as (
    select
        slice_on,
        cast(:data_until as timestamptz) as as_of
    from unnest(cast(:slices as date[])) as s (slice_on)
),

event as (
    select
        s.slice_on,
        s.as_of,
        e.event_id,
        e.branch_id,
        e.event_kind,
        e.held_on
    from slice as s
    inner join curated.dim_event as e
        on
            e.held_on > cast(s.as_of at time zone :zone as date) - 92
            and e.held_on <= cast(s.as_of at time zone :zone as date)
),

guests as (
    select
        a.event_id,
        count(*) as invited,
        count(a.confirmed_at) as confirmed,
        count(*) filter (where a.is_attended) as attended,
        count(*) filter (where a.is_attended and a.is_existing_customer) as existing
    from event as e
    inner join curated.fct_attendance as a on e.event_id = a.event_id
    group by a.event_id
),

final as (
    select
        e.slice_on,
        e.branch_id,
        b.region_id,
        e.event_id,
        e.event_kind,
        e.held_on,
        e.as_of,
        coalesce(g.invited, 0) as invited,
        coalesce(g.confirmed, 0) as confirmed,
        coalesce(g.attended, 0) as attended,
        coalesce(g.existing, 0) as existing
    from event as e
    left join guests as g on e.event_id = g.event_id
    left join curated.dim_branch as b on e.branch_id = b.branch_id
)

select * from final
