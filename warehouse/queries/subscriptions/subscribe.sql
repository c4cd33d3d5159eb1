-- One row: the number of the subscription, new or changed.
select access.subscribe(:what, cast(:address as jsonb), :cadence, :channel, :lang) as subscription_id
