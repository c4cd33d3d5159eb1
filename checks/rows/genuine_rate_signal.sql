-- Months made anew whose share of genuine leads lies outside the natural limits of the 24 months before (XmR chart).
-- Reads  {batch}: gate.figures_lead_day
-- Why    2.66 mean moving ranges on either side; asked of months with enough leads, after at least eight such months.
with
months as (
    select
        slice_on,
        bool_or(is_new) as is_new,
        sum(genuine) / nullif(sum(genuine + fake), 0) as rate
    from {batch}
    where slice_on > date '0001-01-01'
    group by slice_on
    having sum(genuine + fake) >= 100
),

steps as (
    select
        slice_on,
        is_new,
        rate,
        abs(rate - lag(rate) over (order by slice_on)) as moved
    from months
),

limits as (
    select
        slice_on,
        is_new,
        rate,
        avg(rate) over before as centre,
        avg(moved) over before as moves,
        count(*) over before as months_before
    from steps
    window before as (order by slice_on rows between 24 preceding and 1 preceding)
)

select
    slice_on,
    rate,
    centre - 2.66 * moves as lower_limit,
    centre + 2.66 * moves as upper_limit
from limits
where is_new and months_before >= 8 and abs(rate - centre) > 2.66 * moves
