-- What a role may do with each table and sequence, of what an application needs to write them. Members of extensions are
-- theirs. No row for a role that is not there.
-- $1 the role; null for the one that asks
SELECT format('%I.%I', n.nspname, c.relname) AS object, quote_ident(n.nspname) AS schema, c.relkind = 'S' AS sequence,
       has_schema_privilege(r.oid, n.oid, 'USAGE') AS enters,
       ARRAY(SELECT wanted
               FROM unnest(CASE c.relkind WHEN 'S' THEN ARRAY['USAGE']
                           ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) AS wanted
              WHERE has_schema_privilege(r.oid, n.oid, 'USAGE')
                AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(r.oid, c.oid, wanted)
                    ELSE has_table_privilege(r.oid, c.oid, wanted) END) AS rights
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_roles r ON r.rolname = coalesce($1::name, current_user)
 WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY object
