-- What of this database the login that asks may not write. Members of extensions are theirs.
SELECT object, grant_sql
  FROM (SELECT format('%s.%s', quote_ident(n.nspname), quote_ident(c.relname)) AS object,
               CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN format('USAGE ON SCHEMA %I', n.nspname)
                    WHEN c.relkind = 'S' THEN format('USAGE ON SEQUENCE %I.%I', n.nspname, c.relname)
                    ELSE format('SELECT, INSERT, UPDATE, DELETE ON TABLE %I.%I', n.nspname, c.relname) END AS grant_sql
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
           AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
           AND NOT (has_schema_privilege(n.oid, 'USAGE')
                    AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'USAGE')
                        ELSE has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                             AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') END)
         ) AS unwritable
 ORDER BY object
