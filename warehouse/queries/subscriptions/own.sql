-- What the person is sent, the newest last.
-- Reads  published.subscription
with running as (
    select
        subscription_id,
        what,
        address,
        cadence,
        channel,
        lang,
        subscribed_at
    from published.subscription
    where ended_at is null
),

final as (
    select * from running
    order by subscription_id
)

select * from final
