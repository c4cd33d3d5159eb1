-- curated.fct_lead
-- One row per lead, as collected and reconfirmed.
-- Reads  staging.now_leads
-- Key    lead_id; branch_id -> curated.dim_branch, source_code -> curated.dim_lead_source
-- Feeds  leads
-- Why    a lead belongs to the party of its customer as soon as that is known, so that leads meet orders on customer_id.
with touched as (
    select distinct lead_id from staging.stg_leads
    where load_id = any(:loads)
),

lead as (
    select n.*
    from staging.now_leads as n
    inner join touched as t on n.lead_id = t.lead_id
),

final as (
    select
        lead_id,
        customer_id as customer_code,
        branch_id,
        source_code,
        collected_at,
        reconfirmed_at,
        is_genuine,
        has_knowledge,
        has_means,
        has_awareness,
        has_need,
        cast(collected_at at time zone :zone as date) as collected_on,
        curated.party_id(coalesce('customer:' || customer_id, 'lead:' || lead_id)) as customer_id,
        curated.party_id('customer:' || referrer_customer_id) as referrer_id
    from lead
)

select *
from final
