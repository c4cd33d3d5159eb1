-- Once, by a superuser on a new server: the two roles, with the passwords of their addresses, and an empty database that `loader`
-- owns. Where the addresses lie is told by `-v secrets=FOLDER`, else /run/secrets. Databases made later have the same limits, as they are copies of template1.
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
create role loader login password :'loader';
create role reader login password :'reader';
\connect template1
\ir ../warehouse/access/superuser.sql
create database gatehouse owner loader;
revoke connect on database postgres, template1 from public;
