-- One row: the number of the subscription that has ended.
select access.unsubscribe(:subscription_id) as subscription_id
