-- published.complaint_cohort
-- One row per day of opening, branch, region and codes: how many complaints came, and what became of them.
-- Reads  curated.fct_complaint, curated.dim_branch
-- Feeds  complaints, complaint_events, branches
-- Slice  month of opening once a complaint is over; 0001-01-01 for all that still run
-- Reach  none: what still runs stands in one slice, written anew whenever the data date moves
-- Why    the four parts of the promise add to all in scope. In scope is what has a deadline, but for what was withdrawn or
--        handed over before it. A pause does not move a deadline: it is shown inside what still runs.
with complaint as (
    select * from curated.fct_complaint
    where cohort_on = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

judged as (
    select
        *,
        case
            when ended_at > due_at then 'breached_closed'
            when outcome_code in ('resolved', 'rejected') and ended_at <= due_at then 'met'
            when ended_at is null and due_at < cast(:data_until as timestamptz) then 'breached_open'
            when ended_at is null and due_at is not null then 'running'
        end as sla
    from complaint
),

placed as (
    select
        j.*,
        b.region_id
    from judged as j
    left join branch as b on j.branch_id = b.branch_id
),

final as (
    select
        cohort_on as slice_on,
        branch_id,
        region_id,
        opened_on,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        count(*) as opened,
        count(first_response_at) as responded,
        count(*) filter (where outcome_code in ('resolved', 'rejected')) as resolved,
        count(*) filter (where outcome_code = 'withdrawn') as withdrawn,
        count(*) filter (where outcome_code = 'transferred') as transferred,
        count(*) filter (where sla = 'met') as sla_met,
        count(*) filter (where sla = 'breached_closed') as sla_breached_closed,
        count(*) filter (where sla = 'breached_open') as sla_breached_open,
        count(*) filter (where sla = 'running') as sla_running,
        count(*) filter (where sla = 'running' and upper_inf(paused_while)) as sla_paused
    from placed
    group by cohort_on, branch_id, region_id, opened_on, category_code, severity_code, channel_code, cause_code
)

select * from final
