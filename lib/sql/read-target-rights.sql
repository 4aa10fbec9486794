-- What the login that asks may create here; for extensions see list-extensions-in-store.sql.
SELECT r.rolcreatedb OR r.rolsuper AS creates_databases,
       has_database_privilege(d.oid, 'CREATE') AS creates_schemas,
       coalesce((SELECT has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = 'public'), true)
         AS creates_in_public
  FROM pg_database d, pg_roles r
 WHERE d.datname = current_database() AND r.rolname = current_user
