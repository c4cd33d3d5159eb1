-- published.survey_population
-- One row per month that has ended, home branch, value tier and complaint outcome: customers active at its end.
-- Reads  curated.tier_spell (fct_tier_stretch), curated.complaint_memory (fct_complaint), curated.dim_customer, curated.dim_branch
-- Feeds  orders, customers, complaints, complaint_events, branches
-- Slice  month at whose end it is counted
-- Reach  every month from that of the earliest order delivered on, those that end within 180 days of a complaint, and months that
--        have ended since.
-- Why    the company that a survey speaks for: weights come from it. Those who have not complained are all the others, so
--        that only complaining customers meet their tier one by one.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

slice as (
    select
        s.slice_on,
        cast(s.slice_on + interval '1 month' as timestamp) at time zone :zone as ends_at
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
),

span as (
    select
        min(slice_on) as from_on,
        max(slice_on) as until_on,
        min(ends_at) as from_at,
        max(ends_at) as until_at
    from slice
),

setting as (
    select cast(:cuts as jsonb) as cuts
),

spell as (
    select
        t.*,
        d.branch_id
    from setting as c
    cross join curated.tier_spell(c.cuts) as t
    inner join span as s on t.until_on > s.from_on and t.from_on <= s.until_on
    left join curated.dim_customer as d on t.customer_id = d.customer_id
    where t.tier <> 'lost'
),

stretch as (
    select
        branch_id,
        tier,
        from_on,
        until_on,
        count(*) as customers
    from spell
    group by branch_id, tier, from_on, until_on
),

active as (
    select
        s.slice_on,
        t.branch_id,
        t.tier,
        sum(t.customers) as customers
    from slice as s
    inner join stretch as t on s.slice_on >= t.from_on and s.slice_on < t.until_on
    group by s.slice_on, t.branch_id, t.tier
),

memory as (
    select m.*
    from span as s
    cross join curated.complaint_memory(s.from_at, s.until_at) as m
),

complaining as (
    select
        s.slice_on,
        t.branch_id,
        t.tier,
        m.outcome,
        count(*) as customers
    from slice as s
    inner join memory as m on s.ends_at <@ m.holds
    inner join spell as t on m.customer_id = t.customer_id and s.slice_on >= t.from_on and s.slice_on < t.until_on
    group by s.slice_on, t.branch_id, t.tier, m.outcome
),

part as (
    select
        slice_on,
        branch_id,
        tier,
        'none' as outcome,
        customers
    from active
    union all
    select
        slice_on,
        branch_id,
        tier,
        'none' as outcome,
        -customers as customers
    from complaining
    union all
    select
        slice_on,
        branch_id,
        tier,
        outcome,
        customers
    from complaining
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        p.slice_on,
        p.branch_id,
        b.region_id,
        p.tier,
        p.outcome as complaint_outcome,
        sum(p.customers) as customers
    from part as p
    left join branch as b on p.branch_id = b.branch_id
    group by p.slice_on, p.branch_id, b.region_id, p.tier, p.outcome
    having sum(p.customers) > 0
)

select * from final
