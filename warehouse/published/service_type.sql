-- published.service_type
-- One row per month that has ended, branch, subject (staff or branch) and type of service: how many, and their audits.
-- Reads  curated.fct_service_audit, curated.dim_staff, curated.dim_branch
-- Feeds  service_audits, staff, branches
-- Slice  month at whose end they are placed
-- Reach  the 12 months from that of an audit delivered on, and months that have ended since.
-- Why    the two means are over all audits of the 12 months that end with the month, against the cuts that are declared
--        (catalogue/sides.yaml). A person counts once, at the branch on file, else at that of the newest audit.
with last_month as (
    select cast(
        date_trunc('month', cast(cast(:data_until as timestamptz) at time zone :zone as date) + 1) - interval '1 month' as date
    ) as month_on
),

slice as (
    select s.slice_on
    from unnest(cast(:slices as date[])) as s (slice_on)
    inner join last_month as m on s.slice_on <= m.month_on
),

cut as (
    select
        cast(cast(:sides as jsonb) -> 'service_type' -> 'procedure' ->> 'at' as numeric) as procedure_at,
        cast(cast(:sides as jsonb) -> 'service_type' -> 'personal' ->> 'at' as numeric) as personal_at
),

audit as (
    select
        s.slice_on,
        a.branch_id,
        a.staff_id,
        a.procedure_score,
        a.personal_score,
        first_value(a.branch_id) over (
            partition by s.slice_on, a.staff_id
            order by a.visited_on desc, a.audit_id desc
        ) as newest_branch_id
    from slice as s
    inner join curated.fct_service_audit as a
        on a.visited_on >= s.slice_on - interval '11 months' and a.visited_on < s.slice_on + interval '1 month'
    where a.procedure_score is not null and a.personal_score is not null
),

member as (
    select
        'staff' as subject,
        a.slice_on,
        coalesce(d.branch_id, a.newest_branch_id) as branch_id,
        avg(a.procedure_score) as procedure_score,
        avg(a.personal_score) as personal_score,
        count(*) as audits
    from audit as a
    left join curated.dim_staff as d on a.staff_id = d.staff_id
    where a.staff_id is not null
    group by a.slice_on, a.staff_id, coalesce(d.branch_id, a.newest_branch_id)
    union all
    select
        'branch' as subject,
        a.slice_on,
        a.branch_id,
        avg(a.procedure_score) as procedure_score,
        avg(a.personal_score) as personal_score,
        count(*) as audits
    from audit as a
    group by a.slice_on, a.branch_id
),

placed as (
    select
        m.slice_on,
        m.branch_id,
        m.subject,
        m.audits,
        case
            when m.procedure_score >= c.procedure_at and m.personal_score >= c.personal_at then 'quality'
            when m.procedure_score >= c.procedure_at then 'factory'
            when m.personal_score >= c.personal_at then 'friendly'
            else 'indifferent'
        end as cell
    from member as m
    cross join cut as c
),

branch as (
    select
        branch_id,
        region_id
    from curated.dim_branch
),

final as (
    select
        p.slice_on,
        p.branch_id,
        b.region_id,
        p.subject,
        p.cell,
        count(*) as members,
        sum(p.audits) as audits
    from placed as p
    left join branch as b on p.branch_id = b.branch_id
    group by p.slice_on, p.branch_id, b.region_id, p.subject, p.cell
)

select *
from final
