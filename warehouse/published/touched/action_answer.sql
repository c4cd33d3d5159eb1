-- touched slices of published.action_answer
-- The one slice, where these loads bring anything about its feeds.
-- Reads  published.load_feed
-- Why    how long ago somebody answered moves with the data date.
with delivered as (
    select load_id from published.load_feed
    where load_id = any(:loads) and feed in ('surveys', 'survey_answers', 'contacts', 'branches')
),

final as (
    select date '0001-01-01' as slice_on
    where exists (select from delivered)
)

select * from final
