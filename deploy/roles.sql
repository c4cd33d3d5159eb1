-- Once, by a superuser on a new server: the two roles, with the passwords of their addresses, and an empty database that `loader`
-- owns. Databases made later have the same limits, as they are copies of template1.
\set ON_ERROR_STOP on
\set loader `sed -E 's|.*//loader:([^@]+)@.*|\1|' /run/secrets/database_url`
\set reader `sed -E 's|.*//reader:([^@]+)@.*|\1|' /run/secrets/database_reader_url`
create role loader login password :'loader';
create role reader login password :'reader';
\connect template1
\ir ../warehouse/access/superuser.sql
create database gatehouse owner loader;
revoke connect on database postgres, template1 from public;
