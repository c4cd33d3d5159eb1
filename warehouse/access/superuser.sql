-- What only a superuser can say, once, in the warehouse's database: what every role may do and `reader` has no use for, and how
-- much of the server it may take. The embedded server is told by itself; on a server of your own:
--     psql -d <the database> -f warehouse/access/superuser.sql

-- Not to keep anything: what it kept would be nobody's.
revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;

-- Not to end other sessions of its own, which are the dashboard's.
revoke execute on function pg_cancel_backend(integer), pg_terminate_backend(integer, bigint) from public;
grant execute on function pg_cancel_backend(integer), pg_terminate_backend(integer, bigint) to loader;

-- To leave connections for refreshes, and room on the disk. How long a question may take is said for the dashboard's sake: a
-- session may say otherwise.
alter role reader connection limit 80;
alter role reader set temp_file_limit = '2GB';
alter role reader set statement_timeout = '2min';
alter role reader set idle_in_transaction_session_timeout = '2min';
