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

facts as (
    select
        l.slice_on,
        count(*) as leads,
        count(*) filter (
            where exists (
                select from curated.fct_contact as c
                where c.purpose_code = 'screening' and l.lead_id = c.lead_id and l.due_at >= c.started_at
            )
            or exists (
                select from curated.fct_contact as c
                where
                    c.purpose_code = 'screening' and c.lead_id is null and l.customer_id = c.customer_id
                    and c.started_at between l.collected_at and l.due_at
            )
        ) as screened_in_time
    from lead as l
    group by l.slice_on
),

by_slice as (
    select
        coalesce(g.slice_on, f.slice_on) as slice_on,
        g.leads as published,
        f.leads as in_facts,
        g.screened_in_time as screened_published,
        f.screened_in_time as screened_in_facts
    from figures as g
    full outer join facts as f on g.slice_on = f.slice_on
),

everything as (
    select
        cast(null as date) as slice_on,
        (select count(*) from curated.fct_lead_call) as published,
        (select count(*) from curated.fct_lead) as in_facts,
        cast(null as bigint) as screened_published,
        cast(null as bigint) as screened_in_facts
)

select * from by_slice
where published is distinct from in_facts or screened_published is distinct from screened_in_facts
union all
select * from everything
where published <> in_facts
