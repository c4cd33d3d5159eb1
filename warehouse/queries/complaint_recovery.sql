-- Customers who ordered again within 180 days after a complaint was resolved: complaint.recovery, beside customers of the same
-- branch, tier and month who had no complaint.
-- Reads  published.complaint_recovery_sums, published.complaint_peer, published.feed_status
-- Why    direct standardisation: each month, branch and tier of those without a complaint weighs as much as it has complaints.
--        Where nobody is there to compare with, the complaints are left out on both sides (`unmatched`). One customer stands
--        in the months of half a year and more, so months of one branch and tier are taken to err together. The difference has
--        the interval by MOVER (Newcombe 1998, Zou and Donner 2008): Wilson's for those who complained, and for the others a
--        normal one of the standardised share, its cells adjusted as Agresti and Coull 1998 do.
with known as (
    select least(min(f.heard_on) filter (where f.feed = 'orders'), max(f.data_on)) - cast(:mature_days as integer) as pending_on
    from published.feed_status as f
    where f.refresh_id = :refresh_id and f.feed in ('complaints', 'orders')
),

border as materialized (
    select
        pending_on,
        cast(date_trunc('month', pending_on) as date) as month_on
    from known
),

entry as materialized (
    select
        c.slice_on,
        c.region_id,
        c.branch_id,
        c.tier,
        c.complaints,
        c.unnamed,
        c.ordered_in_180,
        c.answers,
        c.satisfaction,
        c.compensated,
        c.compensation,
        null as customers,
        null as peers_ordered,
        c.resolved_on < (select b.pending_on from border as b) as is_due
    from published.complaint_recovery_sums as c
    where
        c.refresh_id = :refresh_id
        and c.grain = case
            when c.slice_on = (select b.month_on from border as b) then :complaint_recovery_border_grain
            else :complaint_recovery_grain
        end
        and (cast(:from_on as date) is null or c.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:from_on as date) is null or c.resolved_on >= cast(:from_on as date))
        and (cast(:until_on as date) is null or c.resolved_on < cast(:until_on as date))
        and (cast(:until_on as date) is null or c.slice_on < cast(:until_on as date))
        and (cardinality(cast(:regions as text[])) = 0 or c.region_id = any(cast(:regions as text[])))
        and (cardinality(cast(:branches as text[])) = 0 or c.branch_id = any(cast(:branches as text[])))
    union all
    select
        p.slice_on,
        null as region_id,
        p.branch_id,
        p.tier,
        null as complaints,
        null as unnamed,
        null as ordered_in_180,
        null as answers,
        null as satisfaction,
        null as compensated,
        null as compensation,
        p.customers,
        p.ordered_in_180 as peers_ordered,
        true as is_due
    from published.complaint_peer as p
    where
        p.refresh_id = :refresh_id
        and (cast(:from_on as date) is null or p.slice_on >= cast(date_trunc('month', cast(:from_on as date)) as date))
        and (cast(:until_on as date) is null or p.slice_on < cast(:until_on as date))
        and p.customers > 0
),

cell as (
    select
        slice_on,
        branch_id,
        tier,
        max(region_id) as region_id,
        sum(cast(complaints as double precision)) filter (where is_due) as complaints,
        sum(cast(ordered_in_180 as double precision)) filter (where is_due) as ordered,
        sum(answers) filter (where is_due) as answers,
        sum(satisfaction) filter (where is_due) as satisfaction,
        sum(compensated) filter (where is_due) as compensated,
        sum(compensation) filter (where is_due) as compensation,
        sum(cast(customers as double precision)) as customers,
        sum(cast(peers_ordered as double precision)) as peers_ordered,
        sum(complaints) filter (where not is_due) as pending,
        sum(unnamed) filter (where is_due) as unnamed
    from entry
    group by slice_on, branch_id, tier
    having count(complaints) > 0
),

placed as materialized (
    select
        *,
        case when 'region' = any(cast(:by as text[])) then region_id end as region,
        case when 'branch' = any(cast(:by as text[])) then branch_id end as branch,
        case when 'month' = any(cast(:by as text[])) then slice_on end as month
    from cell
),

pending as (
    select
        region,
        branch,
        month,
        coalesce(sum(pending), 0) as pending,
        coalesce(sum(unnamed), 0) as unnamed
    from placed
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
    from placed as s
    where s.complaints is not null
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
        cast(sum(compensation) as double precision) / nullif(sum(compensated), 0) as compensation,
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
