-- Every table whose rows the fence protects.
SELECT c.oid::int8::text AS oid, pg_relation_filenode(c.oid)::int8::text AS file,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
 ORDER BY c.oid
