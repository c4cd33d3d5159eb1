-- The sources of the leads that the person may see.
-- Reads  published.lead_day, published.lead_source
with named as (
    select distinct source_code
    from published.lead_day
    where refresh_id = :refresh_id and source_code is not null
),

on_file as (
    select
        source_code,
        source_group,
        label_en,
        label_zh
    from published.lead_source
    where refresh_id = :refresh_id
),

final as (
    select
        n.source_code,
        f.source_group,
        f.label_en,
        f.label_zh
    from named as n
    left join on_file as f on n.source_code = f.source_code
    order by n.source_code
)

select *
from final
