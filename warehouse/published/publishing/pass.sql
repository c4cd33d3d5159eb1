-- The refresh has passed both gates.
update published.refresh
set state = 'passed', step = 'published', finished_at = clock_timestamp(), published_at = clock_timestamp()
where refresh_id = :refresh_id
