-- curated.fct_lead_call
-- One row per lead: when it was first called to be screened, and how many of the six calls it got, in their order and in time.
-- Reads  curated.fct_lead, curated.fct_contact
-- Key    lead_id; branch_id -> curated.dim_branch, source_code -> curated.dim_lead_source
-- Feeds  leads, contacts
-- Why    a call is a contact with the lead, or with its customer where it names no lead and is not before the collection.
--        Call k counts when it began at or after call k-1 (the first: the collection) and within its window, whatever came
--        of it; so the number of calls says which calls they were. A lead whose day is unknown has no calls to count.
with touched_contact as (
    select
        every_version.lead_id,
        every_version.customer_id as customer_code
    from staging.stg_contacts as delivered
    inner join staging.stg_contacts as every_version on delivered.contact_id = every_version.contact_id
    where
        delivered.load_id = any(:loads)
        and every_version.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
),

touched as (
    select lead_id from staging.stg_leads
    where load_id = any(:loads)
    union
    select lead_id from touched_contact
    where lead_id is not null
    union
    select l.lead_id
    from touched_contact as t
    inner join curated.fct_lead as l on curated.party_id('customer:' || t.customer_code) = l.customer_id
    where t.lead_id is null
),

lead as (
    select l.*
    from curated.fct_lead as l
    inner join touched as t on l.lead_id = t.lead_id
),

call_window as (
    select
        make_interval(hours => 24 * cast(w.windows ->> 'screening' as integer)) as screening,
        make_interval(hours => 24 * cast(w.windows ->> 'invitation' as integer)) as invitation,
        make_interval(hours => 24 * cast(w.windows ->> 'confirmation' as integer)) as confirmation,
        make_interval(hours => 24 * cast(w.windows ->> 'reminder' as integer)) as reminder,
        make_interval(hours => 24 * cast(w.windows ->> 'thanks' as integer)) as thanks,
        make_interval(hours => 24 * cast(w.windows ->> 'follow_up' as integer)) as follow_up
    from (select cast(:calls as jsonb) -> 'windows' as windows) as w
),

contact as (
    select
        l.lead_id,
        l.collected_at,
        c.purpose_code,
        c.started_at
    from lead as l
    inner join curated.fct_contact as c on l.lead_id = c.lead_id
    where c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
    union all
    select
        l.lead_id,
        l.collected_at,
        c.purpose_code,
        c.started_at
    from lead as l
    inner join curated.fct_contact as c on l.customer_id = c.customer_id and c.lead_id is null
    where
        c.purpose_code in ('screening', 'invitation', 'confirmation', 'reminder', 'thanks', 'follow_up')
        and c.started_at >= l.collected_at
),

screened as (
    select
        c.*,
        min(c.started_at) filter (where c.purpose_code = 'screening') over p as first_screened_at,
        min(c.started_at) filter (
            where c.purpose_code = 'screening' and c.started_at between c.collected_at and c.collected_at + w.screening
        ) over p as screened_at
    from contact as c
    cross join call_window as w
    window p as (partition by c.lead_id)
),

invited as (
    select
        s.*,
        min(s.started_at) filter (
            where s.purpose_code = 'invitation' and s.started_at between s.screened_at and s.screened_at + w.invitation
        ) over p as invited_at
    from screened as s
    cross join call_window as w
    window p as (partition by s.lead_id)
),

confirmed as (
    select
        i.*,
        min(i.started_at) filter (
            where i.purpose_code = 'confirmation' and i.started_at between i.invited_at and i.invited_at + w.confirmation
        ) over p as confirmed_at
    from invited as i
    cross join call_window as w
    window p as (partition by i.lead_id)
),

reminded as (
    select
        c.*,
        min(c.started_at) filter (
            where c.purpose_code = 'reminder' and c.started_at between c.confirmed_at and c.confirmed_at + w.reminder
        ) over p as reminded_at
    from confirmed as c
    cross join call_window as w
    window p as (partition by c.lead_id)
),

thanked as (
    select
        r.*,
        min(r.started_at) filter (
            where r.purpose_code = 'thanks' and r.started_at between r.reminded_at and r.reminded_at + w.thanks
        ) over p as thanked_at
    from reminded as r
    cross join call_window as w
    window p as (partition by r.lead_id)
),

called as (
    select
        t.lead_id,
        min(t.first_screened_at) as first_screened_at,
        num_nonnulls(
            min(t.screened_at), min(t.invited_at), min(t.confirmed_at), min(t.reminded_at), min(t.thanked_at),
            min(t.started_at) filter (
                where t.purpose_code = 'follow_up' and t.started_at between t.thanked_at and t.thanked_at + w.follow_up
            )
        ) as calls
    from thanked as t
    cross join call_window as w
    group by t.lead_id
),

final as (
    select
        l.customer_id,
        l.lead_id,
        l.branch_id,
        l.source_code,
        l.collected_at,
        l.collected_on,
        c.first_screened_at,
        coalesce(cast(date_trunc('month', l.collected_on) as date), date '0001-01-01') as cohort_on,
        coalesce(c.calls, 0) as calls
    from lead as l
    left join called as c on l.lead_id = c.lead_id
)

select *
from final
