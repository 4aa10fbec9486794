-- Opens the source that a cutover sealed: undoes the fence exactly as it was put up. It is one step of docs/runbook.md,
-- "Going back after the point of no return, by hand". Not before the target can be written by nobody: what is written
-- on both sides cannot be joined again.
-- Run it connected to the source's database as Passage's own login, the one of source.database.loginSecret:
--
--   PGPASSWORD='…' psql --set=run=<run> --file=reopen-source.sql <connection>
--
-- run   the run that sealed the source: SELECT run, state FROM passage.fence
--
-- All or nothing. A second time there is no fence to undo, which is told as an error.
\set ON_ERROR_STOP on
\if :{?run}
\else
\warn 'Nothing was changed: say which run sealed the source, as in --set=run=cutover-1.'
DO $$ BEGIN RAISE EXCEPTION 'no run was named'; END $$;
\endif
-- The fence made every new session of this database begin read-only.
SET default_transaction_read_only = off;
BEGIN;
SELECT set_config('passage.run', :'run', true) AS run \gset
DO $$
DECLARE
  fence record;
  saved jsonb;
  entry jsonb;
  name  text;
  acl   text;
  read_acl CONSTANT text :=
    'SELECT coalesce(datacl, acldefault(''d'', datdba))::text FROM pg_database WHERE datname = current_database()';
BEGIN
  -- As Passage itself does before it changes a fence.
  PERFORM pg_advisory_xact_lock(7277243);
  IF to_regclass('passage.fence') IS NULL THEN
    RAISE EXCEPTION 'Nothing was changed: database % has no fence.', current_database();
  END IF;
  SELECT f.run, f.state INTO fence FROM passage.fence f;
  IF fence.run <> current_setting('passage.run') THEN
    RAISE EXCEPTION 'Nothing was changed: run % fenced this database, not %.', fence.run, current_setting('passage.run');
  END IF;
  IF fence.state <> 'sealed' THEN
    RAISE EXCEPTION 'Nothing was changed: run % is before its point of no return (%); unwind opens the source by itself.',
      fence.run, fence.state;
  END IF;
  SELECT s.saved INTO saved FROM passage.saved s;

  IF saved ->> 'readOnly' IS NULL THEN
    EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database());
  ELSE
    EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = %L', current_database(), saved ->> 'readOnly');
  END IF;

  -- Rights on the database: from nothing and in the old order, or an entry that was emptied would come back at the end.
  EXECUTE read_acl INTO acl;
  IF acl <> saved ->> 'acl' THEN
    FOR name IN
      SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
        FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
       WHERE d.datname = current_database()
    LOOP
      EXECUTE format('REVOKE ALL ON DATABASE %I FROM %s CASCADE', current_database(), name);
    END LOOP;
    FOR entry IN SELECT g.value FROM jsonb_array_elements(saved -> 'grants') WITH ORDINALITY g ORDER BY g.ordinality LOOP
      IF entry ->> 'grantor' <> saved ->> 'owner' THEN
        EXECUTE format('SET LOCAL ROLE %I', entry ->> 'grantor');
      END IF;
      EXECUTE format('GRANT %s ON DATABASE %I TO %s%s', entry ->> 'privilege', current_database(),
        coalesce(quote_ident(entry ->> 'grantee'), 'PUBLIC'),
        CASE WHEN (entry ->> 'grantable')::boolean THEN ' WITH GRANT OPTION' ELSE '' END);
      RESET ROLE;
    END LOOP;
    EXECUTE read_acl INTO acl;
    IF acl <> saved ->> 'acl' THEN
      RAISE EXCEPTION 'Nothing was changed: the rights on the database were % and would come back as %.', saved ->> 'acl', acl;
    END IF;
  END IF;

  FOR name IN SELECT jsonb_array_elements_text(saved -> 'logins') LOOP
    EXECUTE format('ALTER ROLE %I LOGIN', name);
    RAISE NOTICE 'Login % may sign in again.', name;
  END LOOP;
  DROP SCHEMA passage CASCADE;
END $$;
COMMIT;
