-- published.five_month
-- One row per month that has ended and home branch: customers who are active, bought again, referred somebody, left,
-- and those who were won in it, with the first order of all.
-- Reads  curated.fct_order, curated.fct_lead, curated.dim_customer, curated.dim_branch
-- Feeds  orders, customers, leads, branches
-- Slice  month at whose end it is counted
-- Reach  every month from that of the earliest order or referral delivered on, and months that have ended since.
-- Why    each order day counts from its own month until the next one takes over, so that no customer counts twice and one
--        pass over 24 months of order days makes any number of months. is_whole_12 and is_whole_24 say whether the
--        12 and 24 months looked back on lie wholly within what was ever delivered.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

slice as (
    select s.slice_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
),

span as (
    select
        cast(min(slice_on) - interval '23 months' as date) as from_on,
        cast(max(slice_on) + interval '1 month' as date) as until_on
    from slice
),

history as (
    select cast(date_trunc('month', min(ordered_on)) as date) as from_on from curated.fct_order
),

order_day as (
    select distinct
        o.customer_id,
        o.ordered_on
    from span as s
    inner join curated.fct_order as o on s.from_on <= o.ordered_on and s.until_on > o.ordered_on
    where o.customer_code is not null
),

ordered as (
    select
        customer_id,
        cast(date_trunc('month', ordered_on) as date) as month_on,
        cast(date_trunc('month', lag(ordered_on) over w) as date) as last_on,
        coalesce(cast(date_trunc('month', lead(ordered_on) over w) as date), date 'infinity') as next_on
    from order_day
    window w as (partition by customer_id order by ordered_on)
),

referred as (
    select
        l.referrer_id as customer_id,
        cast(date_trunc('month', l.collected_on) as date) as month_on
    from span as s
    inner join curated.fct_lead as l on s.from_on <= l.collected_on and s.until_on > l.collected_on
    where l.is_genuine and l.referrer_id is not null
    group by l.referrer_id, month_on
),

referring as (
    select
        customer_id,
        month_on as from_on,
        least(
            cast(month_on + interval '12 months' as date),
            lead(month_on) over (partition by customer_id order by month_on)
        ) as until_on
    from referred
),

active as (
    select
        customer_id,
        month_on as from_on,
        least(cast(month_on + interval '12 months' as date), next_on) as until_on
    from ordered
    where next_on > month_on
),

repeated as (
    select
        customer_id,
        month_on as from_on,
        least(cast(last_on + interval '12 months' as date), next_on) as until_on
    from ordered
    where last_on is not null
),

active_and_referring as (
    select
        a.customer_id,
        greatest(a.from_on, r.from_on) as from_on,
        least(a.until_on, r.until_on) as until_on
    from active as a
    inner join referring as r on a.customer_id = r.customer_id
),

active_before as (
    select
        customer_id,
        cast(month_on + interval '12 months' as date) as from_on,
        case
            when next_on < month_on + interval '12 months' then cast(next_on + interval '12 months' as date)
            else cast(month_on + interval '24 months' as date)
        end as until_on
    from ordered
),

gone as (
    select
        customer_id,
        cast(month_on + interval '12 months' as date) as from_on,
        least(cast(month_on + interval '24 months' as date), next_on) as until_on
    from ordered
),

newcomer as (
    select
        o.customer_id,
        o.month_on,
        s.from_on
    from ordered as o
    cross join span as s
    where o.last_on is null and o.month_on >= s.from_on + interval '23 months'
),

back_again as (
    select distinct n.customer_id
    from newcomer as n
    inner join curated.fct_order as f on n.customer_id = f.customer_id and n.from_on > f.ordered_on
),

won as (
    select
        n.customer_id,
        n.month_on as from_on,
        cast(n.month_on + interval '1 month' as date) as until_on
    from newcomer as n
    left join back_again as b on n.customer_id = b.customer_id
    where b.customer_id is null
),

spell as (
    select
        'active' as measure,
        a.*
    from active as a
    union all
    select
        'repeated' as measure,
        r.*
    from repeated as r
    union all
    select
        'referring' as measure,
        r.*
    from active_and_referring as r
    union all
    select
        'active_before' as measure,
        b.*
    from active_before as b
    union all
    select
        'gone' as measure,
        g.*
    from gone as g
    union all
    select
        'won' as measure,
        w.*
    from won as w
),

counted as (
    select
        d.branch_id,
        s.measure,
        s.from_on,
        s.until_on,
        count(*) as customers
    from spell as s
    left join curated.dim_customer as d on s.customer_id = d.customer_id
    where s.from_on < s.until_on
    group by d.branch_id, s.measure, s.from_on, s.until_on
),

standing as (
    select
        s.slice_on,
        c.branch_id,
        coalesce(sum(c.customers) filter (where c.measure = 'active'), 0) as active,
        coalesce(sum(c.customers) filter (where c.measure = 'repeated'), 0) as repeated,
        coalesce(sum(c.customers) filter (where c.measure = 'referring'), 0) as referring,
        coalesce(sum(c.customers) filter (where c.measure = 'active_before'), 0) as active_before,
        coalesce(sum(c.customers) filter (where c.measure = 'gone'), 0) as gone,
        coalesce(sum(c.customers) filter (where c.measure = 'won'), 0) as won
    from slice as s
    inner join counted as c on s.slice_on >= c.from_on and s.slice_on < c.until_on
    group by s.slice_on, c.branch_id
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        s.slice_on,
        s.branch_id,
        b.region_id,
        s.active,
        s.repeated,
        s.referring,
        s.active_before,
        s.gone,
        s.won,
        h.from_on <= s.slice_on - interval '11 months' as is_whole_12,
        h.from_on <= s.slice_on - interval '23 months' as is_whole_24
    from standing as s
    cross join history as h
    left join branch as b on s.branch_id = b.branch_id
)

select *
from final
