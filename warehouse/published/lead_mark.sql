-- published.lead_mark
-- One row per day of collection, branch, source and number of marks: the leads that have each of the four, and that ordered.
-- Reads  curated.fct_lead, curated.fct_lead_progress, curated.dim_branch
-- Feeds  leads, orders, branches
-- Slice  month of collection; 0001-01-01 for leads whose day is unknown
-- Reach  exact: a lead's month is made again when the lead or its first order changes.
-- Why    a mark that nobody has asked about is neither there nor missing, so each has a base of its own; the number of
--        marks is known where all four are.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

lead as (
    select
        p.cohort_on,
        p.branch_id,
        p.collected_on,
        p.source_code,
        p.wait_seconds,
        l.has_knowledge,
        l.has_means,
        l.has_awareness,
        l.has_need,
        cast(l.has_knowledge as integer) + cast(l.has_means as integer) + cast(l.has_awareness as integer)
        + cast(l.has_need as integer) as marks
    from curated.fct_lead_progress as p
    inner join slice as s on p.cohort_on = s.slice_on
    inner join curated.fct_lead as l on p.customer_id = l.customer_id and p.lead_id = l.lead_id
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

counted as (
    select
        cohort_on as slice_on,
        branch_id,
        collected_on,
        source_code,
        marks,
        count(*) as leads,
        count(has_knowledge) as knowledge_known,
        count(*) filter (where has_knowledge) as has_knowledge,
        count(has_means) as means_known,
        count(*) filter (where has_means) as has_means,
        count(has_awareness) as awareness_known,
        count(*) filter (where has_awareness) as has_awareness,
        count(has_need) as need_known,
        count(*) filter (where has_need) as has_need,
        count(*) filter (where wait_seconds <= 90 * 86400) as ordered_in_90
    from lead
    group by cohort_on, branch_id, collected_on, source_code, marks
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.collected_on,
        c.source_code,
        c.marks,
        c.leads,
        c.knowledge_known,
        c.has_knowledge,
        c.means_known,
        c.has_means,
        c.awareness_known,
        c.has_awareness,
        c.need_known,
        c.has_need,
        c.ordered_in_90
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
