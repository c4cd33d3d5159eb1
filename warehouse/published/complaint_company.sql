-- published.complaint_company
-- One row per day of opening and codes, of the whole company: complaints whose promise is decided, and those that broke it.
-- Reads  curated.fct_complaint
-- Feeds  complaints, complaint_events
-- Slice  month of opening once a complaint is over; 0001-01-01 for all that still run
-- Reach  none: what still runs stands in one slice, written anew whenever the data date moves
-- Why    a branch is compared with the company. Who may see one branch alone may see these totals where enough others stand
--        behind them; so there is no branch in them.
with complaint as (
    select * from curated.fct_complaint
    where cohort_on = any(:slices)
),

judged as (
    select
        *,
        curated.sla_part(outcome_code, ended_at, due_at, cast(:data_until as timestamptz)) as sla
    from complaint
),

final as (
    select
        cohort_on as slice_on,
        opened_on,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        count(*) as decided,
        count(*) filter (where sla <> 'met') as breached
    from judged
    where sla <> 'running'
    group by cohort_on, opened_on, category_code, severity_code, channel_code, cause_code
)

select * from final
