-- published.lead_source
-- One row per source of leads.
-- Reads  curated.dim_lead_source
-- Feeds  lead_sources
-- Slice  one for all
-- Reach  any source delivered makes the whole list again: it is short.
-- Why    labels and groups; where the feed is absent, sources stand under their codes and in no group.
with slice as (
    select unnest(cast(:slices as date[])) as slice_on
),

source as (
    select * from curated.dim_lead_source
),

final as (
    select
        s.slice_on,
        l.source_code,
        l.source_group,
        l.label_en,
        l.label_zh
    from slice as s
    cross join source as l
)

select *
from final
