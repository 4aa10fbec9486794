-- What stands in schema public apart from members of extensions and sequences of identity columns, which go with
-- their table alone, as the words that follow DROP.
-- IF EXISTS, because CASCADE may have taken a later one along with an earlier one.
-- A schema is not dropped itself: before PostgreSQL 15 the database's owner does not own it.
SELECT format('%s IF EXISTS public.%s', kind, name) AS object
  FROM (SELECT 1 AS place, c.oid, 'pg_class'::regclass AS catalog, quote_ident(c.relname) AS name,
               CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                              WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind
          FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        UNION ALL
        SELECT 2, p.oid, 'pg_proc'::regclass,
               quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
               CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END
          FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT 3, t.oid, 'pg_type'::regclass, quote_ident(t.typname), 'TYPE'
          FROM pg_type t
         WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r', 'c')
           AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class WHERE oid = t.typrelid AND relkind = 'c'))) AS o
 WHERE NOT EXISTS (SELECT FROM pg_depend
                    WHERE classid = o.catalog AND objid = o.oid
                      AND (deptype = 'e' OR deptype = 'i' AND kind = 'SEQUENCE'))
 ORDER BY place, object
