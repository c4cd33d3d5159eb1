-- Months of opening, save the two newest, whose share kept in time lies outside the natural limits of the 24 months before.
-- Reads  {batch}: gate.figures_complaint_cohort
-- Why    2.66 mean moving ranges on either side (XmR chart); the newest complaints have not had their time.
with
months as (
    select
        cast(date_trunc('month', opened_on) as date) as month_on,
        bool_or(is_new) as is_new,
        sum(sla_met) / nullif(sum(sla_met + sla_breached_closed + sla_breached_open), 0) as rate
    from {batch}
    where opened_on is not null
    group by month_on
    having sum(sla_met + sla_breached_closed + sla_breached_open) >= 100
),

steps as (
    select
        month_on,
        is_new,
        rate,
        abs(rate - lag(rate) over (order by month_on)) as moved,
        row_number() over (order by month_on desc) as from_newest
    from months
),

limits as (
    select
        month_on,
        is_new,
        rate,
        from_newest,
        avg(rate) over before as centre,
        avg(moved) over before as moves,
        count(*) over before as months_before
    from steps
    window before as (order by month_on rows between 24 preceding and 1 preceding)
)

select
    month_on,
    rate,
    centre - 2.66 * moves as lower_limit,
    centre + 2.66 * moves as upper_limit
from limits
where is_new and from_newest > 2 and months_before >= 8 and abs(rate - centre) > 2.66 * moves
