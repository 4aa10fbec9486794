-- Who is connected to this database, or anywhere as a locked login, apart from Passage's own login.
-- $1 locked logins
SELECT s.pid, s.usename AS login, s.datname AS database, s.backend_type AS type,
       coalesce(r.rolsuper, true) AS provider
  FROM pg_stat_activity s LEFT JOIN pg_roles r ON r.oid = s.usesysid
 -- Hidden from a login without pg_read_all_stats: then it counts, rather than not.
 WHERE coalesce(s.backend_type, 'client backend') IN ('client backend', 'walsender')
   AND s.usename <> current_user
   AND (s.datname = current_database() OR s.usename = ANY ($1))
