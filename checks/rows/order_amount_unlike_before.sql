-- Months made anew whose mean order is more than three times, or less than a third, of the usual of the six months before.
-- Reads  {batch}: gate.figures_order_day; ops.candidate
with span as (
    select min(slice_on) - interval '6 months' as from_on
    from ops.candidate
    where table_name = 'order_day' and edition_id = refresh_id and slice_on > date '0001-01-01'
),

month as (
    select
        slice_on,
        bool_or(is_new) as is_new,
        sum(orders) as orders,
        sum(amount) / nullif(sum(orders), 0) as mean_amount
    from {batch}
    where slice_on > date '0001-01-01' and slice_on >= (select s.from_on from span as s)
    group by slice_on
    having sum(orders) >= 20
),

usual as (
    select
        m.slice_on,
        percentile_cont(0.5) within group (order by b.mean_amount) as mean_amount
    from month as m
    inner join month as b on m.slice_on > b.slice_on and b.slice_on >= m.slice_on - interval '6 months'
    where m.is_new
    group by m.slice_on
    having count(*) >= 3
),

final as (
    select
        m.slice_on,
        m.mean_amount,
        u.mean_amount as usual_amount
    from month as m
    inner join usual as u on m.slice_on = u.slice_on
    where m.mean_amount not between u.mean_amount / 3 and u.mean_amount * 3
)

select * from final
