-- What the server is set to for new sessions; the session that asks has settings of its own.
SELECT CASE WHEN EXISTS (SELECT FROM pg_proc WHERE proname = 'aurora_version') THEN 'aurora'
            WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'rdsadmin') THEN 'rds' END AS provider,
       (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS sessions,
       current_setting('max_connections')::int AS most_sessions,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'database', database,
                 'seconds', round(extract(epoch FROM clock_timestamp() - prepared))::float8) ORDER BY prepared), '[]')
          FROM pg_prepared_xacts) AS prepared_transactions,
       (SELECT jsonb_object_agg(name, reset_val || coalesce(' ' || unit, ''))
          FROM pg_settings
         WHERE name IN ('default_toast_compression', 'default_transaction_isolation',
                        'idle_in_transaction_session_timeout', 'idle_session_timeout', 'lock_timeout',
                        'maintenance_work_mem', 'max_connections', 'max_locks_per_transaction',
                        'max_parallel_maintenance_workers', 'max_wal_size', 'max_worker_processes',
                        'password_encryption', 'rds.force_ssl', 'shared_buffers', 'shared_preload_libraries', 'ssl',
                        'standard_conforming_strings', 'statement_timeout', 'superuser_reserved_connections',
                        'TimeZone', 'wal_level')) AS settings
