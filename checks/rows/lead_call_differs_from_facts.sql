-- Slices made anew whose leads, or leads screened in time, are not those of the facts.
-- Reads  {batch}: gate.figures_lead_call; ops.candidate, curated.fct_lead, curated.fct_contact, curated.fct_lead_call
-- Why    a lead was screened in time if some call was in time, which asks for no first one; calls are made from leads, one
--        for one, so their numbers are compared too.
with
slices as (
    select slice_on
    from ops.candidate
    where table_name = 'lead_call' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        sum(leads) as leads,
        sum(screened_in_time) as screened_in_time
    from {batch}
    where is_new
    group by slice_on
),

deadline as (
    select distinct
        source_code,
        screening_days
    from {batch}
    where is_new
),

lead as (
    select
        s.slice_on,
        l.lead_id,
        l.customer_id,
        l.collected_at,
        l.collected_at + make_interval(hours => 24 * d.screening_days) as due_at
    from slices as s
    inner join curated.fct_lead as l on s.slice_on <= l.collected_on and s.slice_on + interval '1 month' > l.collected_on
    left join deadline as d on coalesce(l.source_code, '') = coalesce(d.source_code, '')
),

screened as materialized (
    select l.lead_id
    from lead as l
    inner join curated.fct_contact as c on l.lead_id = c.lead_id and l.due_at >= c.started_at
    where c.purpose_code = 'screening'
    union
    select l.lead_id
    from lead as l
    inner join curated.fct_contact as c on l.customer_id = c.customer_id and c.started_at between l.collected_at and l.due_at
    where c.purpose_code = 'screening' and c.lead_id is null
),

facts as (
    select
        l.slice_on,
        count(*) as leads,
        count(s.lead_id) as screened_in_time
    from lead as l
    left join screened as s on l.lead_id = s.lead_id
    group by l.slice_on
),

made as (
    select
        s.slice_on,
        count(*) as leads
    from slices as s
    inner join curated.fct_lead_call as c on s.slice_on = c.cohort_on
    group by s.slice_on
)

select
    s.slice_on,
    g.leads as published,
    m.leads as in_calls,
    f.leads as in_facts,
    g.screened_in_time as screened_published,
    f.screened_in_time as screened_in_facts
from slices as s
left join figures as g on s.slice_on = g.slice_on
left join made as m on s.slice_on = m.slice_on
left join facts as f on s.slice_on = f.slice_on
where
    g.leads is distinct from f.leads
    or m.leads is distinct from f.leads
    or g.screened_in_time is distinct from f.screened_in_time
