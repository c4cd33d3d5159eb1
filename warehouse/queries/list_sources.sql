-- The sources of the leads that the person may see.
-- Reads  published.lead_day_sums, published.lead_source
-- Why    who sees every branch is told by the sums of the company, who does not by those of the own branches.
with named as (
    select source_code
    from published.lead_day_sums
    where refresh_id = :refresh_id and grain = 'company month source_code' and source_code is not null
    union distinct
    select source_code
    from published.lead_day_sums
    where
        refresh_id = :refresh_id
        and grain = 'branch month source_code'
        and source_code is not null
        and not (select access.sees_whole_company())
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
