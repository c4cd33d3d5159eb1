-- The one pointer. The foreign key refuses a refresh that has not passed.
insert into published.current (refresh_id)
values (:refresh_id)
on conflict (is_current) do update set refresh_id = excluded.refresh_id, moved_at = clock_timestamp()
