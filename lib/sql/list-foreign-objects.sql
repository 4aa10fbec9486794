-- What a database holds that neither PostgreSQL nor Passage put there; the first few are enough to refuse it.
-- Members of extensions do not count: providers create some by themselves.
SELECT kind || ' ' || name AS object
  FROM (SELECT 'relation' AS kind, n.nspname || '.' || c.relname AS name, c.oid, 'pg_class'::regclass AS catalog
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
           AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
        UNION ALL
        SELECT 'function', n.nspname || '.' || p.proname, p.oid, 'pg_proc'::regclass
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
        UNION ALL
        SELECT 'type', n.nspname || '.' || t.typname, t.oid, 'pg_type'::regclass
          FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typtype IN ('e', 'd', 'r')
           AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
        UNION ALL
        SELECT 'schema', nspname, oid, 'pg_namespace'::regclass
          FROM pg_namespace
         WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'passage', 'public') AND nspname !~ '^pg_(toast|temp)'
        UNION ALL
        SELECT 'large object', oid::text, oid, 'pg_largeobject_metadata'::regclass FROM pg_largeobject_metadata) AS o
 WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = o.catalog AND objid = o.oid AND deptype = 'e')
 ORDER BY 1
 LIMIT 5
