-- published.lead_owner
-- One row per day of assignment, branch, source and owner (first, second, third or later): assignments, and what came of them.
-- Reads  curated.fct_lead_assignment, curated.fct_lead_progress, curated.dim_branch
-- Feeds  lead_assignments, leads, orders, branches
-- Slice  month of assignment
-- Reach  exact: the months of a lead's assignments are made again when one of them, the lead or its first order changes.
-- Why    an assignment is to be passed on when the lead, which is not known to be false, has brought no order in 90 days and
--        nobody else has it by then. Whether it has had its 90, or 97, days is asked when the figure is read. An assignment
--        of a lead that nobody has delivered yet waits for it.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

assignment as (
    select
        a.cohort_on,
        a.assigned_at,
        a.assigned_on,
        a.passed_on_at,
        p.branch_id,
        p.source_code,
        p.first_ordered_at,
        p.has_ordered,
        p.is_genuine,
        a.assigned_at + interval '2160 hours' as passing_on_from,
        case a.owner_number when 1 then 'first' when 2 then 'second' else 'third' end as owner
    from curated.fct_lead_assignment as a
    inner join slice as s on a.cohort_on = s.slice_on
    inner join curated.fct_lead_progress as p on a.lead_id = p.lead_id
),

judged as (
    select
        *,
        has_ordered and (first_ordered_at < assigned_at or first_ordered_at is null) as is_of_customer,
        first_ordered_at >= assigned_at
        and first_ordered_at <= passing_on_from
        and first_ordered_at < coalesce(passed_on_at, 'infinity') as is_converted,
        coalesce(is_genuine, true)
        and (not has_ordered or first_ordered_at > passing_on_from)
        and coalesce(passed_on_at, 'infinity') >= passing_on_from as is_to_pass_on
    from assignment
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
        assigned_on,
        source_code,
        owner,
        count(*) as assignments,
        count(*) filter (where not is_of_customer) as without_order,
        count(*) filter (where is_converted) as ordered_in_90,
        count(*) filter (where is_to_pass_on) as to_pass_on,
        count(passed_on_at) filter (where is_to_pass_on) as passed_on,
        count(*) filter (where is_to_pass_on and passed_on_at <= passing_on_from + interval '168 hours') as passed_on_in_time
    from judged
    group by cohort_on, branch_id, assigned_on, source_code, owner
),

final as (
    select
        c.slice_on,
        c.branch_id,
        b.region_id,
        c.assigned_on,
        c.source_code,
        c.owner,
        c.assignments,
        c.without_order,
        c.ordered_in_90,
        c.to_pass_on,
        c.passed_on,
        c.passed_on_in_time
    from counted as c
    left join branch as b on c.branch_id = b.branch_id
)

select *
from final
