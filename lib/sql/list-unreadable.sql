-- What a copy reads and the login that asks may not: schemas to enter, tables and sequences to select from, rows that a
-- policy hides, large objects. `total`: how many of the kind the schema has.
WITH relation AS (
  SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
         n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
         has_schema_privilege(n.oid, 'USAGE') AS enters,
         CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                        ELSE has_table_privilege(c.oid, 'SELECT') END AS selects,
         c.relkind = 'r' AND row_security_active(c.oid) AS hides,
         c.relforcerowsecurity AS forced,
         count(*) OVER (PARTITION BY n.oid, c.relkind = 'S')::int AS total
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
     AND n.nspname NOT IN ('information_schema', 'passage') AND n.nspname !~ '^pg_'
     -- Sequences of extensions stay with them.
     AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d
                                           WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                             AND d.deptype = 'e'))
)
SELECT DISTINCT 'schema' AS kind, schema, NULL AS name, NULL AS owner, false AS forced, 0 AS total
  FROM relation WHERE NOT enters
UNION ALL
SELECT kind, schema, name, owner, forced, total FROM relation WHERE NOT selects
UNION ALL
SELECT 'rows', schema, name, owner, forced, total FROM relation WHERE hides
UNION ALL
-- Not even pg_read_all_data holds for these.
SELECT 'large object', NULL, m.oid::text, pg_get_userbyid(m.lomowner), false, 0
  FROM pg_largeobject_metadata m
 WHERE current_setting('lo_compat_privileges') = 'off' AND NOT pg_has_role(m.lomowner, 'USAGE')
   AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) AS a
                    WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))
 ORDER BY kind, schema, name
