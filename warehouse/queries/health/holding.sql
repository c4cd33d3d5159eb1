-- One row per held load, feed and rule that holds it, with the refresh in which the rule last did, and by how many rows.
-- Reads  published.load_feed, published.check_result
-- Why    a release names a refresh, a discard a load. How many rows there are is told to whoever sees the whole company: others
--        could take their own off.
with whole as materialized (
    select access.sees_whole_company() as is_seen
),

waiting as (
    select
        load_id,
        feed,
        held_since,
        delivered,
        accepted,
        superseded,
        quarantined,
        unnest(held_by) as rule_id
    from published.load_feed
    where state = 'held'
),

blocking as (
    select
        refresh_id,
        gate,
        table_name,
        rule_id,
        outcome,
        unexpected_count,
        element_count
    from published.check_result
    where outcome = 'raised' or (outcome = 'failed' and level = 'block')
),

stopped as (
    select
        w.load_id,
        w.feed,
        w.held_since,
        w.delivered,
        w.accepted,
        w.superseded,
        w.quarantined,
        w.rule_id,
        b.refresh_id,
        b.gate,
        b.table_name,
        b.outcome,
        b.unexpected_count,
        b.element_count,
        max(b.refresh_id) over (partition by w.load_id, w.feed) as newest
    from waiting as w
    inner join blocking as b on w.rule_id = b.rule_id and (b.gate = 'figures' or w.feed = b.table_name)
),

final as (
    select
        s.load_id,
        s.feed,
        s.held_since,
        s.refresh_id,
        s.gate,
        s.table_name,
        s.rule_id,
        s.outcome,
        case when w.is_seen then s.delivered end as delivered,
        case when w.is_seen then s.accepted end as accepted,
        case when w.is_seen then s.superseded end as superseded,
        case when w.is_seen then s.quarantined end as quarantined,
        case when w.is_seen then s.unexpected_count end as unexpected_count,
        case when w.is_seen then s.element_count end as element_count
    from stopped as s
    cross join whole as w
    where s.refresh_id = s.newest
)

select *
from final
order by held_since, load_id, feed, gate, table_name, rule_id
