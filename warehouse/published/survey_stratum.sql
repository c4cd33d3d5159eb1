-- published.survey_stratum
-- One row per day of sending, home branch and region, method, value tier and complaint outcome: who was asked, and who answered.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.fct_tier_stretch,
--        curated.complaint_memory (fct_complaint), curated.dim_customer, curated.dim_branch
-- Feeds  surveys, survey_answers, orders, customers, complaints, complaint_events, branches
-- Slice  month of sending
-- Reach  exact: an order changes the later surveys of its own customer, a complaint those within 180 days.
-- Why    the tier is that at the end of the month before, as in published.survey_population. `new` had not ordered yet,
--        `unknown` names no customer. A customer counts in the home branch, as the population does; an unknown one in the
--        branch that asked.
with survey as (
    select
        s.*,
        cast(s.cohort_on - interval '1 month' as date) as month_before,
        coalesce(d.branch_id, s.branch_id) as home_branch_id
    from curated.fct_survey as s
    left join curated.dim_customer as d on s.customer_id = d.customer_id
    where s.cohort_on = any(:slices)
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

span as (
    select
        min(sent_at) as from_at,
        max(sent_at) as until_at
    from survey
    where sent_at is not null
),

memory as (
    select m.*
    from span as s
    cross join curated.complaint_memory(s.from_at, s.until_at) as m
),

judgement as (
    select
        a.customer_id,
        a.invite_id,
        cast(100 * (a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision) as points,
        (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6 as is_top2
    from curated.fct_survey_answer as a
    where a.question_code = 'overall' and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

placed as (
    select
        s.cohort_on,
        s.home_branch_id,
        s.sent_on,
        s.method_code,
        s.is_answered,
        j.points,
        j.is_top2,
        case
            when s.customer_code is null or s.sent_at is null then 'unknown'
            else coalesce(curated.tier_at(s.month_before, t.month_on, t.counted_from_on, cast(:cuts as jsonb)), 'new')
        end as tier,
        coalesce(m.outcome, 'none') as complaint_outcome
    from survey as s
    left join curated.fct_tier_stretch as t
        on s.customer_id = t.customer_id and s.month_before >= t.month_on and s.month_before < t.next_on
    left join memory as m on s.customer_id = m.customer_id and s.sent_at <@ m.holds
    left join judgement as j on s.customer_id = j.customer_id and s.invite_id = j.invite_id
),

final as (
    select
        p.cohort_on as slice_on,
        p.home_branch_id as branch_id,
        b.region_id,
        p.sent_on,
        p.method_code,
        p.tier,
        p.complaint_outcome,
        count(*) as sent,
        count(*) filter (where p.is_answered) as answered,
        count(p.points) as judged,
        coalesce(sum(p.points), 0) as total,
        coalesce(sum(p.points * p.points), 0) as squares,
        count(*) filter (where p.is_top2) as top2
    from placed as p
    left join branch as b on p.home_branch_id = b.branch_id
    group by p.cohort_on, p.home_branch_id, b.region_id, p.sent_on, p.method_code, p.tier, p.complaint_outcome
)

select * from final
