-- Once, by a superuser on a new coordinator, in the database of the warehouse, when the workers run: they become one cluster, and
-- then the two roles are made, so that the workers know them. With the passwords of their addresses, as deploy/roles.sql reads them.
\set ON_ERROR_STOP on
\if :{?secrets}
\else
\set secrets /run/secrets
\endif
\set loader `sed -nE 's|.*//loader:([^@]+)@.*|\1|p' :secrets/database_url`
\set reader `sed -nE 's|.*//reader:([^@]+)@.*|\1|p' :secrets/database_reader_url`
select :'loader' <> '' and :'reader' <> '' as are_read \gset
\if :are_read
\else
do 'begin raise exception ''the passwords of loader and reader cannot be read from their addresses''; end';
\endif
select citus_set_coordinator_host('postgres');
select citus_add_node('shards-1', 5432);
select citus_add_node('shards-2', 5432);
create role loader login password :'loader';
create role reader login password :'reader';
alter database gatehouse owner to loader;
grant execute on function recover_prepared_transactions() to loader;
\ir ../warehouse/access/superuser.sql
revoke connect on database postgres, template1 from public;
