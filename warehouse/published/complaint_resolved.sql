-- published.complaint_resolved
-- One row per day of first resolution, branch and codes: complaints resolved, those that came back, and those that were settled.
-- Reads  curated.fct_complaint, curated.fct_contact, curated.dim_branch
-- Feeds  complaints, complaint_events, contacts, branches
-- Slice  month of the first resolution
-- Reach  exact: what follows within 30 days of a resolution changes the month of that resolution.
-- Why    settled at the first contact: within 7 days after the resolution it was not reopened, nobody spoke with the customer
--        about a complaint, and the customer brought no other. Nothing here depends on today: whether a resolution has had
--        its days is asked when the figure is read.
with complaint as (
    select * from curated.fct_complaint
    where first_resolved_month = any(:slices)
),

branch as (
    select * from curated.dim_branch
),

spoken as (
    select
        c.customer_id,
        c.complaint_id
    from complaint as c
    inner join curated.fct_contact as s
        on
            c.customer_id = s.customer_id
            and c.first_resolved_at < s.started_at
            and c.first_resolved_at + interval '168 hours' >= s.started_at
    where s.purpose_code = 'complaint'
),

complained as (
    select
        c.customer_id,
        c.complaint_id
    from complaint as c
    inner join curated.fct_complaint as n
        on
            c.customer_id = n.customer_id
            and c.complaint_id <> n.complaint_id
            and c.first_resolved_at < n.opened_at
            and c.first_resolved_at + interval '168 hours' >= n.opened_at
),

went_on as (
    select
        customer_id,
        complaint_id
    from spoken
    union
    select
        customer_id,
        complaint_id
    from complained
),

placed as (
    select
        c.*,
        b.region_id,
        coalesce(c.reopened_at <= c.first_resolved_at + interval '720 hours', false) as is_back_in_30,
        coalesce(c.reopened_at <= c.first_resolved_at + interval '168 hours', false)
        or w.complaint_id is not null as has_gone_on
    from complaint as c
    left join branch as b on c.branch_id = b.branch_id
    left join went_on as w on c.customer_id = w.customer_id and c.complaint_id = w.complaint_id
),

final as (
    select
        first_resolved_month as slice_on,
        branch_id,
        region_id,
        first_resolved_on as resolved_on,
        category_code,
        severity_code,
        channel_code,
        cause_code,
        count(*) as resolved,
        count(*) filter (where is_back_in_30) as reopened_in_30,
        count(*) filter (where not has_gone_on) as settled
    from placed
    group by
        first_resolved_month, branch_id, region_id, first_resolved_on, category_code, severity_code, channel_code, cause_code
)

select * from final
