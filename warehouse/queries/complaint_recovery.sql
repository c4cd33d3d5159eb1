-- Customers who ordered again within 180 days after a complaint was resolved: complaint.recovery, beside customers of the same
-- branch, tier and month who had no complaint.
-- Reads  published.complaint_recovery, published.complaint_peer, published.feed_status, published.setting
-- Why    direct standardisation: each month, branch and tier of those without a complaint weighs as much as it has complaints.
--        Where nobody is there to compare with, the complaints are left out on both sides (`unmatched`). One customer stands
--        in the months of half a year and more, so months of one branch and tier are taken to err together. The difference has
--        the interval by MOVER (Newcombe 1998, Zou and Donner 2008): Wilson's for those who complained, and for the others a
--        normal one of the standardised share, its cells adjusted as Agresti and Coull 1998 do.
with zone as (
    select value as name from published.setting
    where name = 'reporting_zone'
),

known as materialized (
    select cast(max(f.data_until) at time zone max(z.name) as date) as data_on
    from published.feed_status as f
    cross join zone as z
    where f.refresh_id = :refresh_id and f.feed in ('complaints', 'orders')
),

complaint as (
    select
        *,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'month' = any(cast(:by as text[])) then slice_on end as month
    from published.complaint_recovery
    where
        refresh_id = :refresh_id
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:from_on as date) is null or resolved_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or resolved_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or branch_id = any(cast(:branches as text[])))
),

judged as (
    select
        c.*,
        c.resolved_on + cast(:mature_days as integer) < k.data_on as is_due
    from complaint as c
    cross join known as k
),

peer as (
    select
        slice_on,
        branch_id,
        tier,
        customers,
        ordered_in_180
    from published.complaint_peer
    where
        refresh_id = :refresh_id
        and (cast(:from_on as date) is null or slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or slice_on < cast(:until_on as date))
        and customers > 0
),

entry as (
    select
        region,
        branch,
        month,
        slice_on,
        branch_id,
        tier,
        complaints,
        ordered_in_180 as ordered,
        compensation,
        answers,
        satisfaction,
        compensated,
        null as customers,
        null as peers_ordered
    from judged
    where is_due
    union all
    select
        null as region,
        null as branch,
        null as month,
        slice_on,
        branch_id,
        tier,
        null as complaints,
        null as ordered,
        null as compensation,
        null as answers,
        null as satisfaction,
        null as compensated,
        customers,
        ordered_in_180 as peers_ordered
    from peer
),

stratum as (
    select
        branch_id,
        tier,
        cast(sum(complaints) as double precision) as complaints,
        cast(sum(ordered) as double precision) as ordered,
        cast(sum(compensation) as double precision) as compensation,
        cast(sum(customers) as double precision) as customers,
        cast(sum(peers_ordered) as double precision) as peers_ordered,
        max(region) as region,
        max(branch) as branch,
        max(month) as month,
        sum(answers) as answers,
        sum(satisfaction) as satisfaction,
        sum(compensated) as compensated
    from entry
    group by slice_on, branch_id, tier
    having count(complaints) > 0
),

pending as (
    select
        region,
        branch,
        month,
        coalesce(sum(complaints) filter (where not is_due), 0) as pending,
        coalesce(sum(unnamed) filter (where is_due), 0) as unnamed
    from judged
    group by region, branch, month
),

beside as (
    select
        s.*,
        s.complaints * s.peers_ordered / s.customers as expected,
        s.complaints * sqrt(
            ((s.peers_ordered + 1.92) / (s.customers + 3.84))
            * (1 - (s.peers_ordered + 1.92) / (s.customers + 3.84)) / (s.customers + 3.84)
        ) as deviation
    from stratum as s
),

of_one_kind as (
    select
        region,
        branch,
        month,
        sum(complaints) as complaints,
        sum(ordered) as ordered,
        sum(answers) as answers,
        sum(satisfaction) as satisfaction,
        sum(compensated) as compensated,
        sum(compensation) as compensation,
        sum(customers) as peers,
        sum(expected) as expected,
        sum(deviation) as deviation,
        sum(complaints) filter (where customers is not null) as matched_complaints,
        sum(ordered) filter (where customers is not null) as matched_ordered
    from beside
    group by region, branch, month, branch_id, tier
),

added as (
    select
        region,
        branch,
        month,
        sum(complaints) as denominator,
        sum(ordered) as numerator,
        sum(answers) as answers,
        sum(satisfaction) / nullif(sum(answers), 0) as satisfaction,
        sum(compensated) as compensated,
        sum(compensation) / nullif(sum(compensated), 0) as compensation,
        coalesce(sum(peers), 0) as matched_n,
        sum(matched_complaints) as matched_complaints,
        sum(matched_ordered) as matched_ordered,
        sum(expected) / nullif(sum(matched_complaints), 0) as matched_value,
        sqrt(sum(deviation * deviation)) / nullif(sum(matched_complaints), 0) as matched_error
    from of_one_kind
    group by region, branch, month
),

compared as materialized (
    select
        *,
        matched_ordered / nullif(matched_complaints, 0) as own_value,
        published.wilson_low(matched_ordered, matched_complaints) as own_low,
        published.wilson_high(matched_ordered, matched_complaints) as own_high,
        greatest(0, matched_value - 1.959963984540054 * matched_error) as matched_low,
        least(1, matched_value + 1.959963984540054 * matched_error) as matched_high
    from added
),

final as (
    select
        p.region,
        p.branch,
        p.month,
        c.answers,
        c.satisfaction,
        c.compensated,
        c.compensation,
        c.matched_n,
        c.matched_value,
        p.pending,
        p.unnamed,
        coalesce(c.numerator, 0) as numerator,
        coalesce(c.denominator, 0) as denominator,
        c.numerator / nullif(c.denominator, 0) as value,
        published.wilson_low(c.numerator, c.denominator) as low,
        published.wilson_high(c.numerator, c.denominator) as high,
        coalesce(c.denominator, 0) - coalesce(c.matched_complaints, 0) as unmatched,
        c.own_value - c.matched_value as difference,
        c.own_value - c.matched_value
        - sqrt(power(c.own_value - c.own_low, 2) + power(c.matched_high - c.matched_value, 2)) as difference_low,
        c.own_value - c.matched_value
        + sqrt(power(c.own_high - c.own_value, 2) + power(c.matched_value - c.matched_low, 2)) as difference_high
    from pending as p
    left join compared as c
        on p.region is not distinct from c.region and p.branch is not distinct from c.branch and p.month is not distinct from c.month
    where coalesce(c.denominator, 0) + p.pending > 0
    order by p.region, p.branch, p.month
)

select * from final
