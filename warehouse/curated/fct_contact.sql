-- curated.fct_contact
-- One row per call, visit or message to a lead or a customer.
-- Reads  staging.now_contacts
-- Key    contact_id; branch_id -> curated.dim_branch
-- Feeds  contacts
-- Why    somebody was reached unless the outcome says that nobody was: outcomes are everybody's own list, the ways of not
--        reaching anybody are few.
with touched as (
    select distinct contact_id from staging.stg_contacts
    where load_id = any(:loads)
),

contact as (
    select n.*
    from staging.now_contacts as n
    inner join touched as t on n.contact_id = t.contact_id
),

final as (
    select
        contact_id,
        lead_id,
        branch_id,
        purpose_code,
        outcome_code,
        objection_code,
        duration_seconds,
        started_at,
        cast(started_at at time zone :zone as date) as started_on,
        curated.party_id(coalesce('customer:' || customer_id, 'lead:' || lead_id, 'contact:' || contact_id)) as customer_id,
        coalesce(
            outcome_code not in (
                'no_answer', 'not_reached', 'unreachable', 'busy', 'switched_off', 'voicemail', 'wrong_number',
                'invalid_number', 'hang_up', 'failed', 'cancelled'
            ),
            true
        ) as is_reached
    from contact
)

select *
from final
