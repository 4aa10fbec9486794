-- What the fence is about to change, read before it is changed.
-- $1 logins of the application
SELECT d.datname AS database,
       pg_get_userbyid(d.datdba) AS owner,
       coalesce(d.datacl, acldefault('d', d.datdba))::text AS acl,
       -- In the order in which PostgreSQL keeps them: put back in this order, the text is the same again.
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'grantee', CASE WHEN a.grantee = 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END,
                 'grantor', pg_get_userbyid(a.grantor),
                 'privilege', a.privilege_type,
                 'grantable', a.is_grantable) ORDER BY a.place), '[]')
          FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba)))
               WITH ORDINALITY AS a (grantor, grantee, privilege_type, is_grantable, place)) AS grants,
       -- The application's logins, and whoever could undo the fence: members of the owner, creators of roles.
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'login', r.rolname,
                 'application', r.rolname = ANY ($1),
                 'superuser', r.rolsuper,
                 'mayAlter', me.rolsuper OR NOT r.rolsuper AND NOT r.rolreplication AND NOT r.rolbypassrls AND me.rolcreaterole
                             AND (current_setting('server_version_num')::int < 160000
                                  OR EXISTS (SELECT FROM pg_auth_members m
                                              WHERE m.roleid = r.oid AND m.admin_option
                                                AND pg_has_role(me.oid, m.member, 'USAGE')))) ORDER BY r.rolname), '[]')
          FROM pg_roles r
         WHERE r.rolcanlogin AND r.rolname <> current_user
           AND (r.rolname = ANY ($1)
                OR (NOT r.rolsuper AND (r.rolcreaterole OR pg_has_role(r.oid, d.datdba, 'MEMBER'))))) AS logins,
       (SELECT coalesce(jsonb_agg(name), '[]')
          FROM unnest($1::name[]) AS name
         WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)) AS missing,
       (SELECT split_part(setting, '=', 2)
          FROM pg_db_role_setting s, unnest(s.setconfig) AS setting
         WHERE s.setdatabase = d.oid AND s.setrole = 0 AND setting LIKE 'default\_transaction\_read\_only=%') AS read_only,
       pg_has_role(d.datdba, 'USAGE') AS owns,
       me.rolsuper OR (pg_has_role('pg_signal_backend', 'USAGE') AND pg_has_role('pg_read_all_stats', 'USAGE')) AS ends_sessions
  FROM pg_database d, pg_roles me
 WHERE d.datname = current_database() AND me.rolname = current_user
