-- Tables in which Retool may keep its workflows and their runs, with all their columns. The vendor publishes no names:
-- these are what its API's words suggest, in the spellings that its other tables have.
SELECT n.nspname AS schema, c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage')
   AND c.relname ~* '^workflow(s|_?runs?)?$'
 GROUP BY n.nspname, c.relname
 ORDER BY n.nspname <> 'public', n.nspname, c.relname
 LIMIT 20
