-- What new sessions in this database begin with, and how many there may be. $1 is the logins that a migration is
-- concerned with, $2 what Passage calls its own sessions. Every login may read all of it.
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'login', r.rolname, 'here', s.setdatabase <> 0, 'name', split_part(c, '=', 1),
                 -- A name with a dot is an extension's or the application's own: its value may be a secret.
                 'value', CASE WHEN strpos(split_part(c, '=', 1), '.') = 0 THEN substr(c, strpos(c, '=') + 1) END)
                 ORDER BY s.setdatabase, s.setrole, c), '[]')
          FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS c
               LEFT JOIN pg_roles r ON r.oid = s.setrole
         WHERE s.setdatabase IN (0, d.oid) AND (s.setrole = 0 OR r.rolname = ANY ($1))) AS stored,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'login', wanted, 'exists', r.oid IS NOT NULL,
                 'maySignIn', coalesce(r.rolcanlogin AND coalesce(r.rolvaliduntil > now(), true), false),
                 'superuser', coalesce(r.rolsuper, false),
                 'administrator', coalesce(r.rolsuper OR r.rolcreaterole, false)
                   OR EXISTS (SELECT FROM pg_roles p
                               WHERE p.rolname = 'rds_superuser' AND pg_has_role(r.oid, p.oid, 'MEMBER')),
                 'hasPassageRights', coalesce(pg_has_role(r.oid, session_user, 'USAGE'), false),
                 'rightsAhead', r.oid IS NOT NULL
                   AND (pg_has_role(r.oid, session_user, 'MEMBER')
                        OR EXISTS (SELECT FROM pg_roles p
                                    WHERE p.rolname = 'pg_write_all_data' AND pg_has_role(r.oid, p.oid, 'MEMBER'))
                        OR EXISTS (SELECT FROM pg_default_acl a CROSS JOIN LATERAL aclexplode(a.defaclacl) AS x
                                    WHERE a.defaclrole = session_user::regrole AND a.defaclobjtype = 'r'
                                      AND x.privilege_type IN ('INSERT', 'UPDATE')
                                      AND (x.grantee = 0 OR pg_has_role(r.oid, x.grantee, 'MEMBER')))),
                 'limit', nullif(r.rolconnlimit, -1),
                 'sessions', (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid),
                 'sessionsHere', (SELECT count(*) FROM pg_stat_activity a
                                   WHERE a.usesysid = r.oid AND a.datid = d.oid
                                     AND coalesce(a.application_name, '') NOT LIKE $2)) ORDER BY wanted), '[]')
          FROM unnest($1::text[]) AS wanted LEFT JOIN pg_roles r ON r.rolname = wanted) AS logins,
       nullif(d.datconnlimit, -1) AS "limit",
       (SELECT count(*)::int FROM pg_stat_activity a WHERE a.datid = d.oid AND a.usesysid IS NOT NULL) AS sessions,
       (SELECT sum(coalesce(current_setting(name, true), '0')::int)::int
          FROM unnest(ARRAY['superuser_reserved_connections', 'reserved_connections',
                            'rds.rds_superuser_reserved_connections']) AS name) AS reserved,
       (SELECT coalesce(jsonb_object_agg(s.name, s.reset_val), '{}')
          FROM pg_settings s
         WHERE (s.name IN ('default_transaction_read_only', 'default_transaction_isolation', 'statement_timeout',
                           'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout',
                           'idle_session_timeout', 'search_path', 'role', 'row_security', 'session_replication_role',
                           'TimeZone', 'DateStyle', 'IntervalStyle', 'standard_conforming_strings', 'bytea_output')
                OR EXISTS (SELECT FROM pg_db_role_setting o CROSS JOIN LATERAL unnest(o.setconfig) AS c
                            WHERE lower(split_part(c, '=', 1)) = lower(s.name)))
           AND strpos(s.name, '.') = 0
           -- Set for whoever asks, so what the server has is not to be seen from here.
           AND NOT EXISTS (SELECT FROM pg_db_role_setting o CROSS JOIN LATERAL unnest(o.setconfig) AS c
                            WHERE o.setdatabase IN (0, d.oid)
                              AND o.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
                              AND lower(split_part(c, '=', 1)) = lower(s.name))) AS server
  FROM pg_database d
 WHERE d.datname = current_database()
