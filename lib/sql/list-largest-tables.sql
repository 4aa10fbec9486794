-- Tables, partitions and materialized views outside of the system's schemas, the largest first.
SELECT n.nspname || '.' || c.relname AS "table",
       CASE WHEN c.relkind = 'm' THEN 'materialized view' WHEN c.relkind = 'p' THEN 'partitioned'
            WHEN c.relispartition THEN 'partition' ELSE 'table' END AS kind,
       pg_total_relation_size(c.oid)::text AS bytes,
       -- 0 before PostgreSQL 14 and -1 since then mean that nobody has counted.
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint::text END AS rows,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS "primaryKey",
       c.relpersistence = 'u' AS unlogged
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage')
   AND n.nspname !~ '^pg_(toast|temp)'
 ORDER BY pg_total_relation_size(c.oid) DESC, 1
 LIMIT 1000
