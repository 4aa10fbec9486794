-- Who is connected to this database, or anywhere as a locked login, apart from Passage's own login.
-- $1 locked logins
SELECT s.pid, s.usename AS login, s.datname AS database, s.backend_type AS type,
       coalesce(r.rolsuper, true) AS provider
  FROM pg_stat_activity s LEFT JOIN pg_roles r ON r.oid = s.usesysid
 WHERE s.backend_type IN ('client backend', 'walsender')
   AND s.usename <> current_user
   AND (s.datname = current_database() OR s.usename = ANY ($1))
