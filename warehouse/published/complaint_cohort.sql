-- published.complaint_cohort
-- One row per day and hour of opening, branch, region and codes: how many complaints came, and what became of them.
-- Reads  curated.fct_complaint, curated.dim_branch
-- Feeds  complaints, complaint_events, branches
-- Slice  month of opening once a complaint is over; 0001-01-01 for all that still run
-- Reach  none: what still runs stands in one slice, written anew whenever the data date moves
-- Why    the four parts of the promise add to all in scope. In scope is what has a deadline, but for what was withdrawn or
--        handed over before it. A pause does not move a deadline: it is shown inside what still runs. A complaint is
--        repeated when its customer complains again of the same category within 30 days. A cause belongs to one of the five
--        gaps of service, `:causes` says which. Midnight on the dot is how sources write a day whose hour they do not know.
with complaint as (
    select * from curated.fct_complaint
    where cohort_on = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

gap as (
    select
        g.cause_code,
        g.gap_code
    from jsonb_each_text(cast(:causes as jsonb)) as g (cause_code, gap_code)
),

repeated as (
    select distinct
        c.customer_id,
        c.complaint_id
    from complaint as c
    inner join curated.fct_complaint as n
        on
            c.customer_id = n.customer_id
            and c.category_code = n.category_code
            and c.opened_at < n.opened_at
            and c.opened_at + interval '720 hours' >= n.opened_at
),

judged as (
    select
        *,
        case
            when cast(opened_at at time zone :zone as time) <> '00:00'
                then cast(extract(hour from opened_at at time zone :zone) as smallint)
        end as opened_hour,
        curated.sla_part(outcome_code, ended_at, due_at, cast(:data_until as timestamptz)) as sla
    from complaint
),

placed as (
    select
        j.*,
        b.region_id,
        g.gap_code,
        r.complaint_id is not null as is_repeated
    from judged as j
    left join branch as b on j.branch_id = b.branch_id
    left join gap as g on j.cause_code = g.cause_code
    left join repeated as r on j.customer_id = r.customer_id and j.complaint_id = r.complaint_id
),

final as (
    select
        cohort_on as slice_on,
        branch_id,
        region_id,
        opened_on,
        opened_hour,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        gap_code,
        count(*) as opened,
        count(customer_code) as named,
        count(*) filter (where is_repeated) as repeated_in_30,
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
    group by
        cohort_on, branch_id, region_id, opened_on, opened_hour, category_code, severity_code, channel_code, cause_code, gap_code
)

select * from final
