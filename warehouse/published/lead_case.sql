-- published.lead_case
-- One row per lead collected in the last 92 days: how far it has come.
-- Reads  curated.fct_lead, curated.fct_lead_progress, curated.dim_branch
-- Feeds  leads, orders, contacts, attendances, events, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    whoever sees a figure asks which leads stand behind it. 92 days hold every quarter, and keep the list short. The stage
--        is that of the funnel (lead.stage_rate).
with slice as (
    select
        slice_on,
        cast(:data_until as timestamptz) as as_of
    from unnest(cast(:slices as date[])) as s (slice_on)
),

progress as (
    select
        p.*,
        s.slice_on,
        s.as_of
    from slice as s
    inner join curated.fct_lead_progress as p
        on p.collected_on > cast(s.as_of at time zone :zone as date) - 92 and s.as_of >= p.collected_at
),

final as (
    select
        p.slice_on,
        p.branch_id,
        b.region_id,
        p.lead_id,
        l.customer_code,
        p.source_code,
        p.collected_at,
        p.collected_on,
        p.is_genuine,
        p.stage,
        p.as_of
    from progress as p
    inner join curated.fct_lead as l on p.lead_id = l.lead_id
    left join curated.dim_branch as b on p.branch_id = b.branch_id
)

select * from final
