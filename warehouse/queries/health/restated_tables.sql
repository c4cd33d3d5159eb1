-- One row per published table of which months that were over have changed: by which refresh last, when, and which months.
-- Reads  published.restatement, published.refresh
-- Why    whoever quotes a figure must be able to see that it is no longer the one quoted before.
with restated as (
    select
        refresh_id,
        table_name,
        min(slice_on) as from_on,
        max(slice_on) as until_on,
        row_number() over (
            partition by table_name
            order by refresh_id desc
        ) as age
    from published.restatement
    where refresh_id <= :refresh_id
    group by refresh_id, table_name
),

final as (
    select
        n.table_name,
        n.refresh_id,
        n.from_on,
        n.until_on,
        r.published_at
    from restated as n
    inner join published.refresh as r on n.refresh_id = r.refresh_id
    where n.age = 1
)

select *
from final
order by table_name
