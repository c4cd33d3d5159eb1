-- published.complaint_company
-- One row per month of opening and code of one cut (all: no code), of the whole company: complaints whose promise is decided, and
-- those that broke it.
-- Reads  curated.fct_complaint
-- Feeds  complaints, complaint_events
-- Slice  month of opening once a complaint is over; 0001-01-01 for all that still run
-- Reach  none: what still runs stands in one slice, written anew whenever the data date moves
-- Why    a branch is compared with the company. Others than its executives are told months, and one code at a time, where enough
--        others stand behind them (access.company_promises); so there is no branch, no day and no second code in it.
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

counted as (
    select
        cohort_on as slice_on,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        cast(date_trunc('month', opened_on) as date) as month_on,
        count(*) as decided,
        count(*) filter (where sla <> 'met') as breached
    from judged
    where sla <> 'running'
    group by cohort_on, category_code, severity_code, channel_code, cause_code, cast(date_trunc('month', opened_on) as date)
),

final as (
    select
        c.slice_on,
        c.month_on,
        t.cut,
        t.code,
        sum(c.decided) as decided,
        sum(c.breached) as breached
    from counted as c
    cross join
        lateral (
            values
            ('all', null),
            ('category', c.category_code),
            ('severity', c.severity_code),
            ('channel', c.channel_code),
            ('cause', c.cause_code)
        ) as t (cut, code)
    group by c.slice_on, c.month_on, t.cut, t.code
)

select * from final
