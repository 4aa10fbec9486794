-- Creates a login of Passage's own on the target, for a server whose application does not use the master itself.
-- Run it connected to the application's database, as the RDS master or another login with CREATEROLE and CREATEDB that
-- owns that database:
--
--   PASSAGE_TARGET_PASSWORD='…' psql --set=application=retool --set=database=retool --file=create-target-login.sql <connection>
--
-- application              the role that the target's application connects as
-- database                 its database; connected to another one, nothing is changed
-- login                    optional; default: passage
-- PASSAGE_TARGET_PASSWORD  of the new login. Put the same into the secret that the migration's configuration names.
--                          Where the server logs such statements, set it afterwards with \password instead.
--
-- Run it again to set another password; the rest stays as it is.
\set ON_ERROR_STOP on
\if :{?login}
\else
\set login passage
\endif
\if :{?database}
\else
\warn 'Nothing was changed: say which database is the application''s, as in --set=database=retool.'
DO $$ BEGIN RAISE EXCEPTION 'no database was named'; END $$;
\endif
SELECT current_database() = :'database' AS expected \gset
\if :expected
\else
\warn 'Nothing was changed: this is database' :DBNAME 'and not' :database '; connect to that one.'
DO $$ BEGIN RAISE EXCEPTION 'connected to another database'; END $$;
\endif
\set password `printf %s "$PASSAGE_TARGET_PASSWORD"`

BEGIN;
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') AS missing \gset
\if :missing
CREATE ROLE :"login";
\endif
-- CREATEDB: a rehearsal restores into a database of its own.
ALTER ROLE :"login" LOGIN CREATEDB INHERIT;
-- Without the variable a password that is there stays: an empty one would clear it.
SELECT :'password' <> '' AS given \gset
\if :given
ALTER ROLE :"login" PASSWORD :'password';
\endif
-- To restore schemas, tables and trusted extensions into the application's database.
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO :"login";
GRANT USAGE, CREATE ON SCHEMA public TO :"login";
-- A grant that is not one's own to give is no more than a warning.
SELECT has_database_privilege(:'login', :'database', 'CREATE') AND has_schema_privilege(:'login', 'public', 'CREATE')
       AS granted \gset
\if :granted
\else
DO $$ BEGIN RAISE EXCEPTION 'Nothing was changed: run this as the owner of the database and of schema public.'; END $$;
\endif
-- What is restored belongs to this login; as a member the application may use and migrate it like its own. To hand it
-- over for good, when the source is gone: REASSIGN OWNED BY this login TO the application, then DROP OWNED and DROP ROLE.
GRANT :"login" TO :"application";
COMMIT;
