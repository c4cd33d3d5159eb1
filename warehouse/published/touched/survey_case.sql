-- touched slices of published.survey_case
-- The one slice, where these loads bring anything about its feeds.
-- Reads  published.load_feed
-- Why    which answers lie in the last 92 days moves with the data date.
with delivered as (
    select load_id from published.load_feed
    where load_id = any(:loads) and feed in ('surveys', 'survey_answers', 'branches')
),

final as (
    select date '0001-01-01' as slice_on
    where exists (select from delivered)
)

select * from final
