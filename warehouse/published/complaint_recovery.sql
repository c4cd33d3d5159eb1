-- published.complaint_recovery
-- One row per day of first resolution, branch and value tier: complaints of known customers, those after which the customer
-- ordered again, what these customers said of it, and what it cost.
-- Reads  curated.fct_complaint, curated.fct_tier_stretch, curated.fct_order, curated.fct_survey,
--        curated.fct_survey_answer, curated.dim_branch
-- Feeds  complaints, complaint_events, orders, surveys, survey_answers, branches
-- Slice  month of the first resolution
-- Reach  exact: orders and answers after a resolution change its month, and so do earlier orders, which made the tier.
-- Why    the tier is that at the end of the month before, so that what the complaint did to it does not count. Complaints
--        rejected, withdrawn or handed over were not made good, and are not here. Nothing here depends on today.
with complaint as (
    select
        *,
        cast(first_resolved_month - interval '1 month' as date) as month_before
    from curated.fct_complaint
    where first_resolved_month = any(:slices) and (outcome_code = 'resolved' or outcome_code is null)
),

branch as (
    select * from curated.dim_branch
),

placed as materialized (
    select
        c.customer_id,
        c.complaint_id,
        c.first_resolved_at,
        c.first_resolved_month,
        c.first_resolved_on,
        c.branch_id,
        b.region_id,
        c.compensation_amount,
        curated.tier_at(c.month_before, t.month_on, t.counted_from_on, cast(:cuts as jsonb)) as tier,
        c.customer_code is not null as is_named
    from complaint as c
    left join branch as b on c.branch_id = b.branch_id
    left join curated.fct_tier_stretch as t
        on c.customer_id = t.customer_id and c.month_before >= t.month_on and c.month_before < t.next_on
),

bought as (
    select distinct
        p.customer_id,
        p.complaint_id,
        p.first_resolved_month,
        p.first_resolved_on,
        p.branch_id,
        p.region_id,
        p.tier,
        p.is_named
    from placed as p
    inner join curated.fct_order as o
        on
            p.customer_id = o.customer_id
            and p.first_resolved_at < o.ordered_at
            and p.first_resolved_at + interval '4320 hours' >= o.ordered_at
),

answered as (
    select
        p.first_resolved_month,
        p.first_resolved_on,
        p.branch_id,
        p.region_id,
        p.tier,
        p.is_named,
        cast(100 * (a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision) as satisfaction
    from placed as p
    inner join curated.fct_survey as s on p.complaint_id = s.complaint_id
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where a.question_code = 'overall' and a.scale_max > a.scale_min and a.score is not null
),

-- What followed is added beside the complaints: joined to them, it would be gone through for each.
happened as (
    select
        first_resolved_month,
        first_resolved_on,
        branch_id,
        region_id,
        tier,
        is_named,
        1 as complaints,
        0 as ordered,
        0 as answers,
        0 as satisfaction,
        compensation_amount
    from placed
    union all
    select
        first_resolved_month,
        first_resolved_on,
        branch_id,
        region_id,
        tier,
        is_named,
        0 as complaints,
        1 as ordered,
        0 as answers,
        0 as satisfaction,
        null as compensation_amount
    from bought
    union all
    select
        first_resolved_month,
        first_resolved_on,
        branch_id,
        region_id,
        tier,
        is_named,
        0 as complaints,
        0 as ordered,
        1 as answers,
        satisfaction,
        null as compensation_amount
    from answered
),

final as (
    select
        first_resolved_month as slice_on,
        branch_id,
        region_id,
        first_resolved_on as resolved_on,
        tier,
        coalesce(sum(complaints) filter (where is_named), 0) as complaints,
        coalesce(sum(complaints) filter (where not is_named), 0) as unnamed,
        coalesce(sum(ordered) filter (where is_named), 0) as ordered_in_180,
        coalesce(sum(answers) filter (where is_named), 0) as answers,
        coalesce(sum(satisfaction) filter (where is_named), 0) as satisfaction,
        count(compensation_amount) filter (where is_named) as compensated,
        coalesce(sum(compensation_amount) filter (where is_named), 0) as compensation
    from happened
    group by first_resolved_month, branch_id, region_id, first_resolved_on, tier
)

select * from final
