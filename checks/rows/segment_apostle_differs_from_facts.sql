-- Months made anew in which other customers are placed than answered.
-- Reads  {batch}: gate.figures_segment_apostle; ops.candidate, curated.fct_survey, curated.fct_survey_answer, curated.dim_customer
-- Why    every customer on file who answered `overall` within 12 months stands somewhere; so may who is known from orders alone.
--        A survey sent in a later month proves that the month has ended.
with
slices as (
    select
        c.slice_on,
        cast(c.slice_on - interval '11 months' as date) as from_on,
        cast(c.slice_on + interval '1 month' as date) as until_on
    from ops.candidate as c
    where c.table_name = 'segment_apostle' and c.edition_id = c.refresh_id
),

figures as (
    select
        slice_on,
        sum(customers) as customers
    from {batch}
    where is_new and to_cell <> 'gone'
    group by slice_on
),

span as (
    select
        min(from_on) as from_on,
        max(until_on) as until_on
    from slices
),

answered as (
    select distinct
        v.customer_id,
        v.cohort_on,
        d.is_on_file
    from span as s
    inner join curated.fct_survey as v on s.from_on <= v.cohort_on and s.until_on > v.cohort_on
    inner join curated.fct_survey_answer as a on v.customer_id = a.customer_id and v.invite_id = a.invite_id
    inner join curated.dim_customer as d on v.customer_id = d.customer_id and v.customer_code = d.customer_code
    where a.question_code = 'overall' and a.score between a.scale_min and a.scale_max and a.scale_min < a.scale_max
),

newest as (
    select max(cohort_on) as cohort_on
    from curated.fct_survey
),

lately as (
    select
        s.slice_on,
        count(distinct a.customer_id) filter (where a.is_on_file) as on_file,
        count(distinct a.customer_id) as known
    from slices as s
    inner join answered as a on s.from_on <= a.cohort_on and s.until_on > a.cohort_on
    group by s.slice_on
),

compared as (
    select
        s.slice_on,
        coalesce(f.customers, 0) as customers,
        coalesce(l.on_file, 0) as on_file,
        coalesce(l.known, 0) as known
    from slices as s
    inner join newest as n on s.until_on <= n.cohort_on
    left join figures as f on s.slice_on = f.slice_on
    left join lately as l on s.slice_on = l.slice_on
)

select *
from compared
where customers not between on_file and known
