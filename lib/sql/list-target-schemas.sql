-- Schemas that a restore may have brought: dropped whole when its run is undone.
SELECT nspname AS name
  FROM pg_namespace n
 WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'public', 'passage') AND nspname !~ '^pg_'
   -- An extension's own schema stays with its extension.
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
 ORDER BY 1
