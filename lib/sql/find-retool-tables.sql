-- Retool's tables that Passage knows the use of, with their columns that can hold JSON: where encrypted values are kept.
-- Names are as public sources and the vendor's API have them; a table that is not there is not found.
SELECT n.nspname AS schema, c.relname AS name,
       coalesce(array_agg(a.attname::text ORDER BY a.attnum)
                  FILTER (WHERE a.atttypid IN ('json'::regtype, 'jsonb'::regtype, 'text'::regtype)), '{}') AS columns,
       bool_or(a.attname = 'type') AS "hasType",
       bool_or(a.attname = 'name') AS "hasName"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage')
   AND (c.relname IN ('SequelizeMeta', 'resources', 'config_vars', 'organizations')
        OR c.relname ~ '^(resource_config|configuration_variable|environment_config|sso_|source_control|git_|secret)')
 GROUP BY n.nspname, c.relname
 -- More than these is no Retool; public comes first, where several schemas have such a table.
 ORDER BY n.nspname <> 'public', n.nspname, c.relname
 LIMIT 40
