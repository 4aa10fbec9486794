-- Creates the login that Passage itself uses on the source. Nothing else on the source is changed before a freeze.
-- Run it connected to any database of the server, as the RDS master or another login with CREATEROLE that may grant
-- the application's role (since PostgreSQL 16 that is who created it):
--
--   PASSAGE_SOURCE_PASSWORD='…' psql --set=application=retool --file=create-source-login.sql <connection>
--
-- application              the role that owns the application's database
-- login                    optional; default: passage
-- PASSAGE_SOURCE_PASSWORD  of the new login. Put the same into the secret that the migration's configuration names.
--                          Where the server logs such statements, set it afterwards with \password instead.
--
-- Run it again to set another password; the rest stays as it is.
\set ON_ERROR_STOP on
\if :{?login}
\else
\set login passage
\endif
\set password `printf %s "$PASSAGE_SOURCE_PASSWORD"`

BEGIN;
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') AS missing \gset
\if :missing
CREATE ROLE :"login";
\endif
-- CREATEROLE: the freeze sets the application's logins to NOLOGIN, and back.
ALTER ROLE :"login" LOGIN CREATEROLE INHERIT;
-- Without the variable a password that is there stays: an empty one would clear it.
SELECT :'password' <> '' AS given \gset
\if :given
ALTER ROLE :"login" PASSWORD :'password';
\endif
-- Membership in the owner: to take the right to connect from everybody else, and to give it back. The admin option is
-- what PostgreSQL 16 and newer asks for before one role may alter another.
GRANT :"application" TO :"login" WITH ADMIN OPTION;
-- To read every table for the copy, and to see and end the application's sessions at the freeze.
GRANT pg_read_all_data, pg_monitor, pg_signal_backend TO :"login";
COMMIT;
