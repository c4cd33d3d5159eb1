-- published.survey_handling
-- One row per day of sending, branch, region, method, day of resolution and handling-time band: the chain from handling to referral.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.fct_complaint, curated.fct_order, curated.fct_lead, curated.dim_branch
-- Feeds  surveys, survey_answers, complaints, complaint_events, orders, leads, branches
-- Slice  month of sending
-- Reach  exact: an order or a referral changes the surveys about complaints of its customer that were resolved in the 180 days before it.
-- Why    every link is asked of the same people: those who answered `overall` in a survey that names their complaint, once
--        it had been resolved. Whether a resolution has had its time is asked when the figure is read.
with sent as materialized (
    select * from curated.fct_survey
    where cohort_on = any(:slices) and complaint_id is not null
),

setting as (
    select cast(:surveys as jsonb) as surveys
),

handled as materialized (
    select
        s.cohort_on,
        s.branch_id,
        s.sent_on,
        s.method_code,
        s.invite_id,
        s.customer_id as answering_id,
        c.first_resolved_at,
        c.first_resolved_on,
        case when s.customer_code is not null then s.customer_id else c.customer_id end as customer_id,
        greatest(0, extract(epoch from c.first_resolved_at - c.opened_at) / 3600) as hours
    from sent as s
    inner join curated.fct_complaint as c on s.complaint_id = c.complaint_id
    where coalesce(s.customer_code, c.customer_code) is not null and c.opened_at is not null and c.first_resolved_at is not null
),

judged as materialized (
    select
        h.*,
        cast(100 * (a.score - a.scale_min) / (a.scale_max - a.scale_min) as double precision) as points,
        (a.score - a.scale_min + 0.5) / (a.scale_max - a.scale_min + 1) >= 0.6 as is_top2
    from handled as h
    inner join curated.fct_survey_answer as a on h.answering_id = a.customer_id and h.invite_id = a.invite_id
    where a.question_code = 'overall' and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

reordered as materialized (
    select distinct j.invite_id
    from judged as j
    inner join curated.fct_order as o
        on
            j.customer_id = o.customer_id
            and j.first_resolved_at < o.ordered_at
            and j.first_resolved_at + interval '4320 hours' >= o.ordered_at
    where o.customer_code is not null
),

referred as materialized (
    select distinct j.invite_id
    from judged as j
    inner join curated.fct_lead as l
        on
            j.customer_id = l.referrer_id
            and j.first_resolved_at < l.collected_at
            and j.first_resolved_at + interval '4320 hours' >= l.collected_at
    where l.is_genuine
),

-- Looked up in a hash of them: joined, they would be gone through for every answer.
followed as (
    select
        *,
        invite_id in (select o.invite_id from reordered as o) as has_reordered,
        invite_id in (select r.invite_id from referred as r) as has_referred
    from judged
),

edge as (
    select
        e.band,
        e.from_hours,
        lead(e.from_hours, 1, 'infinity') over (order by e.from_hours) as until_hours
    from setting as s
    cross join jsonb_to_recordset(s.surveys -> 'handling') as e (band text, from_hours double precision)
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        j.cohort_on as slice_on,
        j.branch_id,
        b.region_id,
        j.sent_on,
        j.method_code,
        j.first_resolved_on as resolved_on,
        e.band,
        cast(e.from_hours as integer) as band_from_hours,
        count(*) as answers,
        sum(j.points) as total,
        sum(j.points * j.points) as squares,
        count(*) filter (where j.is_top2) as top2,
        count(*) filter (where j.has_reordered) as reordered,
        count(*) filter (where j.has_referred) as referred
    from followed as j
    inner join edge as e on j.hours >= e.from_hours and j.hours < e.until_hours
    left join branch as b on j.branch_id = b.branch_id
    group by
        j.cohort_on, j.branch_id, b.region_id, j.sent_on, j.method_code, j.first_resolved_on, e.band, e.from_hours
)

select * from final
