-- Slices made anew whose audits, or whose audited staff or branches, are not those of the 12 months that end with them.
-- Reads  {batch}: gate.figures_service_type; ops.candidate, curated.fct_service_audit
-- Why    a month that has not ended has no row: it is left out here, too, as one that no later audit proves to be over.
with
slices as (
    select
        slice_on,
        cast(slice_on - interval '11 months' as date) as from_on,
        cast(slice_on + interval '1 month' as date) as until_on
    from ops.candidate
    where table_name = 'service_type' and edition_id = refresh_id
),

figures as (
    select
        slice_on,
        subject,
        sum(members) as members,
        sum(audits) as audits
    from {batch}
    where is_new
    group by slice_on, subject
),

newest as (
    select max(visited_on) as visited_on
    from curated.fct_service_audit
),

audit as (
    select
        s.slice_on,
        a.branch_id,
        a.staff_id,
        s.until_on <= n.visited_on as is_over
    from slices as s
    cross join newest as n
    inner join curated.fct_service_audit as a on s.from_on <= a.visited_on and s.until_on > a.visited_on
    where a.procedure_score is not null and a.personal_score is not null
),

facts as (
    select
        slice_on,
        'branch' as subject,
        bool_and(is_over) as is_over,
        count(distinct branch_id) as members,
        count(*) as audits
    from audit
    group by slice_on
    union all
    select
        slice_on,
        'staff' as subject,
        bool_and(is_over) as is_over,
        count(distinct staff_id) as members,
        count(*) as audits
    from audit
    where staff_id is not null
    group by slice_on
)

select
    g.members as published,
    f.members as in_facts,
    g.audits as published_audits,
    f.audits as audits_in_facts,
    coalesce(g.slice_on, f.slice_on) as slice_on,
    coalesce(g.subject, f.subject) as subject
from figures as g
full outer join facts as f on g.slice_on = f.slice_on and g.subject = f.subject
where
    (g.slice_on is not null or f.is_over)
    and (g.members is distinct from f.members or g.audits is distinct from f.audits)
