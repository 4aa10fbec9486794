-- What this server would make of CREATE EXTENSION for each of the source's extensions, asked by the login that restores.
-- $1 names of the source's extensions
SELECT wanted.name,
       e.extversion AS installed,
       v.version,
       coalesce(v.requires::text[], '{}') AS requires,
       CASE WHEN allowed.names <> '{*}' AND NOT wanted.name = ANY (allowed.names) THEN 'no'
            WHEN v.trusted OR NOT v.superuser OR r.rolsuper THEN 'yes'
            -- Providers let their masters create more than PostgreSQL tells; RDS says which.
            WHEN provider.master AND (provider.extensions IS NULL OR wanted.name = ANY (provider.extensions))
              THEN 'provider'
            ELSE 'no' END AS creatable
  FROM unnest($1::text[]) AS wanted (name)
  JOIN pg_roles r ON r.rolname = current_user
  LEFT JOIN pg_extension e ON e.extname = wanted.name
  LEFT JOIN pg_available_extensions a ON a.name = wanted.name
  LEFT JOIN pg_available_extension_versions v ON v.name = a.name AND v.version = a.default_version
 CROSS JOIN (SELECT EXISTS (SELECT FROM pg_roles p
                             WHERE p.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin')
                               AND pg_has_role(p.oid, 'MEMBER')) AS master,
                    string_to_array(replace(nullif(current_setting('rds.extensions', true), ''), ' ', ''), ',')
                      AS extensions) AS provider
 CROSS JOIN (SELECT coalesce(string_to_array(replace(nullif(current_setting('rds.allowed_extensions', true), ''), ' ', ''), ','),
                             '{*}') AS names) AS allowed
 ORDER BY wanted.name
