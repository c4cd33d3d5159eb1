-- published.complaint_silent
-- One row per day of sending, branch, method and wave: dissatisfied answers of known customers, and those of customers who
-- never complained.
-- Reads  curated.fct_survey, curated.fct_survey_answer, curated.fct_complaint, curated.dim_branch
-- Feeds  surveys, survey_answers, complaints, branches
-- Slice  month of sending; 0001-01-01 for invitations whose day is unknown
-- Reach  exact: a complaint changes the months in which its customer was asked and was dissatisfied.
-- Why    dissatisfied is `overall` in the two lowest fifths of its scale, as csat.top2 takes the two best. Never is never: a
--        complaint before the survey or after it breaks the silence.
with survey as (
    select * from curated.fct_survey
    where cohort_on = any(:slices) and customer_code is not null
),

branch as (
    select * from curated.dim_branch
),

dissatisfied as (
    select
        s.customer_id,
        s.cohort_on,
        s.branch_id,
        s.sent_on,
        s.method_code,
        s.wave_code,
        exists(
            select 1
            from curated.fct_complaint as c
            where c.customer_id = s.customer_id and c.customer_code is not null
        ) as has_complained
    from survey as s
    inner join curated.fct_survey_answer as a on s.customer_id = a.customer_id and s.invite_id = a.invite_id
    where
        a.question_code = 'overall'
        and (a.score - a.scale_min + 0.5) / nullif(a.scale_max - a.scale_min + 1, 0) < 0.4
),

final as (
    select
        d.cohort_on as slice_on,
        d.branch_id,
        b.region_id,
        d.sent_on,
        d.method_code,
        d.wave_code,
        count(*) as dissatisfied,
        count(*) filter (where not d.has_complained) as never_complained
    from dissatisfied as d
    left join branch as b on d.branch_id = b.branch_id
    group by d.cohort_on, d.branch_id, b.region_id, d.sent_on, d.method_code, d.wave_code
)

select * from final
