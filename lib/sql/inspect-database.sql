-- What a migration needs to know of one database. Rights are those of the login that asks.
SELECT current_setting('server_version') AS version,
       current_setting('server_version_num')::int / 10000 AS major,
       pg_encoding_to_char(d.encoding) AS encoding,
       to_jsonb(d) AS database,
       pg_database_size(d.oid)::text AS size_bytes,
       (SELECT count(*)::int
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage')
           AND n.nspname !~ '^pg_(toast|temp)') AS tables,
       -- Of any database: an old transaction anywhere holds back what a delta may rely on.
       (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - started)), 0)::float8
          FROM (SELECT xact_start AS started FROM pg_stat_activity
                 WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
                UNION ALL SELECT prepared FROM pg_prepared_xacts) AS t) AS longest_transaction_seconds,
       jsonb_build_object(
         'superuser', r.rolsuper,
         'write', NOT pg_is_in_recovery(),
         'createDatabase', r.rolcreatedb OR r.rolsuper,
         'createRole', r.rolcreaterole OR r.rolsuper,
         'createSchema', has_database_privilege(d.oid, 'CREATE'),
         'ownsDatabase', pg_has_role(d.datdba, 'USAGE'),
         'endSessions', pg_has_role('pg_signal_backend', 'USAGE') OR r.rolsuper,
         'seeSessions', pg_has_role('pg_read_all_stats', 'USAGE') OR r.rolsuper,
         'readAllTables', NOT EXISTS (
            SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage')
               AND n.nspname !~ '^pg_(toast|temp)'
               AND NOT (has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind
                          WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                          ELSE has_table_privilege(c.oid, 'SELECT') END
                        -- Rows that a policy hides would be missing from the copy.
                        AND NOT row_security_active(c.oid)))
       ) AS rights
  FROM pg_database d, pg_roles r
 WHERE d.datname = current_database() AND r.rolname = current_user
