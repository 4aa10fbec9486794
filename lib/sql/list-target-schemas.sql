-- Schemas that a restore may have brought: dropped whole when its run is undone.
SELECT nspname AS name
  FROM pg_namespace
 WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'public', 'passage') AND nspname !~ '^pg_'
 ORDER BY 1
