-- The newest comparison of what is held with what is published, and whether it is still about what is held now and shown now.
-- Reads  published.comparison, published.load_feed, published.current
with waiting as (
    select array_agg(distinct load_id order by load_id) as load_ids
    from published.load_feed
    where state = 'held'
),

newest as (
    select
        made_at,
        refresh_id,
        load_ids,
        from_on,
        until_on,
        compared,
        problem,
        changes,
        offences
    from published.comparison
    order by comparison_id desc
    limit 1
),

final as (
    select
        n.made_at,
        n.refresh_id,
        n.load_ids,
        n.from_on,
        n.until_on,
        n.compared,
        n.problem,
        n.changes,
        n.offences,
        n.load_ids = waiting.load_ids and n.refresh_id = shown.refresh_id as is_current
    from newest as n
    cross join waiting
    cross join published.current as shown
)

select *
from final
