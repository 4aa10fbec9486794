-- What the current login owns outside of schema `passage`, in the words of ALTER … OWNER TO, parents first. What follows
-- its table's owner by itself (the sequence of a column) is marked: it has grants of its own, and no other owner.
SELECT object, follows
  FROM (
    SELECT 1 AS rank, format('SCHEMA %I', n.nspname) AS object, false AS follows
      FROM pg_namespace n
     WHERE pg_get_userbyid(n.nspowner) = current_user AND n.nspname <> 'passage' AND n.nspname !~ '^pg_'
    UNION ALL
    SELECT CASE WHEN c.relkind = 'S' THEN 4 ELSE 2 END,
           format('%s %I.%I',
                  CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                                 WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, n.nspname, c.relname),
           EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND pg_get_userbyid(c.relowner) = current_user
       AND n.nspname <> 'passage' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 3, format('%s %I.%I', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, n.nspname, t.typname), false
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE (t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
       AND pg_get_userbyid(t.typowner) = current_user
       AND n.nspname <> 'passage' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 3, format('ROUTINE %s', p.oid::regprocedure), false
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.prokind IN ('f', 'p', 'w') AND pg_get_userbyid(p.proowner) = current_user
       AND n.nspname <> 'passage' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  ) AS owned
 ORDER BY rank, object
