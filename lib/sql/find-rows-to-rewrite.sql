-- Tables of which a row can be written with what it has, so that nothing but the row itself happens: no trigger of the
-- owner's, no rule, no policy, no column that the server computes. With a key, as a publication of updates asks for one.
SELECT format('%I.%I', n.nspname, c.relname) AS "table", quote_ident(a.attname) AS "column"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL (SELECT attname FROM pg_attribute
                            WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                              AND attgenerated = '' AND attidentity <> 'a'
                            ORDER BY attnum DESC LIMIT 1) AS a
 WHERE c.relkind = 'r' AND c.relpersistence = 'p'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage') AND n.nspname !~ '^pg_(toast|temp)'
   -- What it may not write, it may have been kept from at the source as well: list-write-rights.sql compares.
   AND has_schema_privilege(n.oid, 'USAGE')
   AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'UPDATE')
   AND NOT c.relhasrules AND NOT c.relrowsecurity
   AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
   AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
   AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
 ORDER BY c.relpages DESC, n.nspname, c.relname
 LIMIT 50
