-- published.complaint_case
-- One row per complaint opened in the last 92 days, or still open: in which part of its promise it stands at the data date.
-- Reads  curated.fct_complaint, curated.dim_branch
-- Feeds  complaints, complaint_events, branches
-- Slice  one, 0001-01-01
-- Reach  none
-- Why    whoever sees a figure asks which cases stand behind it. 92 days hold every quarter, and keep the list short.
with slice as (
    select
        slice_on,
        cast(:data_until as timestamptz) as as_of
    from unnest(cast(:slices as date[])) as s (slice_on)
),

complaint as (
    select
        c.*,
        s.slice_on,
        s.as_of
    from slice as s
    inner join curated.fct_complaint as c
        on
            s.slice_on = c.cohort_on
            or c.opened_on > cast(s.as_of at time zone :zone as date) - 92
    where c.opened_at <= s.as_of
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.complaint_id,
        c.customer_code,
        c.category_code,
        c.severity_code,
        c.channel_code,
        c.cause_code,
        c.handler_staff_id,
        c.opened_at,
        c.opened_on,
        c.due_at,
        c.ended_at,
        c.outcome_code,
        c.as_of,
        curated.sla_part(c.outcome_code, c.ended_at, c.due_at, c.as_of) as sla,
        c.first_response_at is not null as is_responded
    from complaint as c
    left join curated.dim_branch as b on c.branch_id = b.branch_id
)

select * from final
