-- touched slices of published.action_visit
-- The one slice, where these loads bring anything about its feeds.
-- Reads  published.load_feed
-- Why    which days count moves with the data date.
with delivered as (
    select load_id from published.load_feed
    where load_id = any(:loads) and feed in ('contacts', 'customers', 'orders', 'branches')
),

final as (
    select date '0001-01-01' as slice_on
    where exists (select from delivered)
)

select * from final
