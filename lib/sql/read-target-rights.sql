-- What the login that asks may create here, and which of the source's extensions it may not.
-- $1 names of the source's extensions
SELECT r.rolcreatedb OR r.rolsuper AS creates_databases,
       has_database_privilege(d.oid, 'CREATE') AS creates_schemas,
       coalesce((SELECT has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = 'public'), true)
         AS creates_in_public,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', wanted.name, 'available', v.name IS NOT NULL)
                                  ORDER BY wanted.name), '[]')
          FROM unnest($1::text[]) AS wanted (name)
          LEFT JOIN (SELECT name, bool_or(NOT superuser OR trusted) AS open
                       FROM pg_available_extension_versions GROUP BY name) AS v ON v.name = wanted.name
         WHERE NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = wanted.name)
           AND (v.name IS NULL
                OR NOT v.open AND NOT r.rolsuper
                   -- Providers let their masters create more than PostgreSQL tells: the restore will see.
                   AND NOT EXISTS (SELECT FROM pg_roles p
                                    WHERE p.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin')
                                      AND pg_has_role(p.oid, 'MEMBER')))) AS extensions
  FROM pg_database d, pg_roles r
 WHERE d.datname = current_database() AND r.rolname = current_user
