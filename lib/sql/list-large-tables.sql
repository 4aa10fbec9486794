-- Tables that may hold a row of more than 1 GB: those whose TOAST is large enough. Largest first.
-- $1 bytes of TOAST from which on a table is named; $2 oids of the tables that are asked for, or null for all
SELECT n.nspname AS schema, c.relname AS name,
       pg_relation_size(c.reltoastrelid)::text AS toast_bytes,
       columns.measured AS columns,
       -- Composite and extension types have no binary form that holds everywhere: such a table is copied as text.
       columns.textual,
       (SELECT coalesce(jsonb_agg(k.attname ORDER BY array_position(i.indkey::int2[], k.attnum)), '[]')
          FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
         WHERE i.indrelid = c.oid AND i.indisprimary) AS key
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
         SELECT jsonb_agg(jsonb_build_object(
                  'name', a.attname,
                  'type', CASE WHEN base.oid = 'bytea'::regtype THEN 'bytea'
                               WHEN base.oid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) THEN 'text'
                               ELSE 'other' END) ORDER BY a.attnum) AS measured,
                bool_or(base.oid >= 16384 AND base.typtype <> 'e') AS textual
           FROM pg_attribute a
           JOIN pg_type t ON t.oid = a.atttypid
           -- A domain's first base: deeper ones are measured as they are stored, which is less.
           JOIN pg_type base ON base.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attlen = -1
       ) AS columns
 WHERE c.relkind = 'r' AND c.reltoastrelid <> 0 AND columns.measured IS NOT NULL
   AND n.nspname NOT IN ('information_schema', 'passage') AND n.nspname !~ '^pg_'
   AND pg_relation_size(c.reltoastrelid) >= $1
   AND ($2::oid[] IS NULL OR c.oid = ANY ($2))
 ORDER BY pg_relation_size(c.reltoastrelid) DESC, c.oid
