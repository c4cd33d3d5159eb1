-- curated.dim_lead_source
-- One row per source of leads, as delivered last.
-- Reads  staging.now_lead_sources
-- Key    source_code
-- Feeds  lead_sources
-- Why    source_group says what the trade tells apart: media, store, outreach, referral, event, online, other.
with touched as (
    select distinct source_code from staging.stg_lead_sources
    where load_id = any(:loads)
),

source as (
    select n.*
    from staging.now_lead_sources as n
    inner join touched as t on n.source_code = t.source_code
),

final as (
    select
        source_code,
        source_group,
        label_en,
        label_zh,
        screening_days
    from source
)

select *
from final
