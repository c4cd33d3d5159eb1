-- touched slices of published.complaint_silent
-- One row per month in which invitations of these loads, of customers whose complaints they bring, or of branches that they
-- move to another region, were sent.
-- Reads  staging.stg_surveys, staging.stg_survey_answers, staging.stg_complaints, staging.now_branches, curated.fct_survey,
--        curated.fct_survey_answer, curated.fct_complaint, curated.dim_branch
-- Why    asked before and after curating: where an invitation stood and where it stands now, whose complaint it was and whose
--        it is.
with delivered as (
    select invite_id from staging.stg_surveys
    where load_id = any(:loads)
    union
    select invite_id from staging.stg_survey_answers
    where load_id = any(:loads)
),

complained as (
    select distinct c.customer_id
    from curated.fct_complaint as c
    where
        c.customer_code is not null
        and c.complaint_id in (
            select s.complaint_id from staging.stg_complaints as s
            where s.load_id = any(:loads)
        )
),

moved as (
    select coalesce(n.branch_id, d.branch_id) as branch_id
    from staging.now_branches as n
    full join curated.dim_branch as d on n.branch_id = d.branch_id
    where n.region_id is distinct from d.region_id
),

final as (
    select s.cohort_on as slice_on
    from curated.fct_survey as s
    inner join delivered as d on s.invite_id = d.invite_id
    union
    select s.cohort_on as slice_on
    from complained as c
    inner join curated.fct_survey as s on c.customer_id = s.customer_id
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where
        a.question_code = 'overall'
        and (a.score - a.scale_min + 0.5) / nullif(a.scale_max - a.scale_min + 1, 0) < 0.4
    union
    select s.cohort_on as slice_on
    from curated.fct_survey as s
    inner join moved as m on s.branch_id = m.branch_id
)

select * from final
