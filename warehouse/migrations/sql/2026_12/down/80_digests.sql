-- Back to a house that sends nothing.
drop function access.unsubscribe(bigint);
drop function access.subscribe(text, jsonb, text, text, text);
drop table ops.lock_post;
drop table ops.alert;
drop table ops.letter;
drop table published.subscription;
