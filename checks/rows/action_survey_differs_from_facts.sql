-- Customers who are drawn and have not ordered for a year, who are to be asked and were, and branches where nobody is drawn.
-- Reads  {batch}: gate.figures_action_survey; ops.candidate, curated.fct_order, curated.fct_survey, curated.dim_customer
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'action_survey' and edition_id = refresh_id
),

drawn as (
    select
        branch_id,
        customer_code,
        month_on,
        asked_on
    from {batch}
    where is_new
),

month as (
    select max(month_on) as month_on
    from drawn
),

active as (
    select distinct
        d.branch_id,
        d.customer_code
    from month as m
    inner join curated.fct_order as o on m.month_on > o.ordered_on and m.month_on - interval '12 months' <= o.ordered_on
    inner join curated.dim_customer as d on o.customer_id = d.customer_id
    where o.customer_code is not null and exists (select from slices)
),

asked as (
    select
        s.customer_code,
        min(s.sent_on) as asked_on
    from month as m
    inner join curated.fct_survey as s on m.month_on = s.cohort_on
    where s.customer_code is not null
    group by s.customer_code
),

inactive as (
    select
        w.customer_code,
        w.branch_id,
        'is not active' as wrong
    from drawn as w
    where not exists (
        select from active as a
        where w.customer_code = a.customer_code and w.branch_id = a.branch_id
    )
),

misread as (
    select
        w.customer_code,
        w.branch_id,
        'was asked at another time' as wrong
    from drawn as w
    left join asked as k on w.customer_code = k.customer_code
    where w.asked_on is distinct from k.asked_on
),

left_out as (
    select distinct
        cast(null as text) as customer_code,
        a.branch_id,
        'nobody is drawn' as wrong
    from active as a
    where a.branch_id is not null and a.branch_id not in (select w.branch_id from drawn as w)
)

select * from inactive
union all
select * from misread
union all
select * from left_out
