-- Rows by arithmetic: the same at every creation, no clock and no dice. Keys that are uuids come from
-- md5. The four large tables are filled by files of their own.
INSERT INTO "SequelizeMeta"
SELECT to_char(date '2017-06-27' + 5 * n, 'YYYYMMDD') || lpad((n * 7919 % 240000)::text, 6, '0') || '-migration-' || n || '.js'
  FROM generate_series(0, 640) n;

INSERT INTO organizations (id, name, domain, settings, "createdAt", "updatedAt")
SELECT n, 'Organization ' || n, 'org' || n || '.example.com', jsonb_build_object('workflowRunRetentionDays', 30),
       timestamptz '2021-01-01 00:00Z' + n * interval '1 day', timestamptz '2024-01-01 00:00Z'
  FROM generate_series(1, 6) n;

INSERT INTO users (id, sid, email, "firstName", "lastName", "hashedPassword", "userType", enabled, metadata,
                   "organizationId", "lastLoggedIn", "createdAt", "updatedAt")
SELECT n, 'user_' || md5('sid' || n), 'user' || n || '@example.com', 'First' || n % 97, 'Last' || n % 351,
       '$2b$10$' || substr(md5('salt' || n) || md5('hash' || n), 1, 53),
       (enum_range(NULL::"enum_users_userType"))[1 + (n % 20) / 18], n % 50 <> 0,
       jsonb_build_object('theme', n % 3, 'locale', CASE WHEN n % 5 = 0 THEN 'de-DE' ELSE 'en-US' END, 'note', 'ünïcödé ' || chr(9731)),
       1 + n % 6, timestamptz '2024-06-01 00:00Z' + n * interval '11 minutes',
       timestamptz '2021-02-01 00:00Z' + n * interval '5 hours', timestamptz '2024-06-01 00:00Z'
  FROM generate_series(1, :users) n;

INSERT INTO groups (id, name, "organizationId", "universalAccess", "createdAt", "updatedAt")
SELECT n, 'Group ' || n, 1 + n % 6, (ARRAY['none', 'use', 'edit', 'own'])[1 + n % 4],
       timestamptz '2021-02-01 00:00Z', timestamptz '2021-02-01 00:00Z'
  FROM generate_series(1, 60) n;

INSERT INTO user_groups ("userId", "groupId", "isAdmin")
SELECT u, 1 + (u * 7 + k * 13) % 60, k = 1 AND u % 40 = 0
  FROM generate_series(1, :users) u, generate_series(1, 2) k;

INSERT INTO user_invites (email, "organizationId", "invitedById", "expiresAt")
SELECT 'guest' || n || '@example.org', 1 + n % 6, n, timestamptz '2024-06-08 00:00Z' FROM generate_series(1, 40) n;

INSERT INTO resource_folders (id, name, "parentFolderId", "organizationId")
SELECT n, 'Folder ' || n, CASE WHEN n > 4 THEN n / 4 END, 1 + n % 6 FROM generate_series(1, 16) n;

INSERT INTO folders (id, name, "folderType", "parentFolderId", "organizationId", "isSystemFolder")
SELECT n, 'Folder ' || n, (ARRAY['app', 'workflow', 'resource'])[1 + n % 3], CASE WHEN n > 10 THEN n / 10 END, 1 + n % 6, n <= 6
  FROM generate_series(1, 120) n;

INSERT INTO pages (id, uuid, name, "folderId", "organizationId", "createdById", "deletedAt", "createdAt", "updatedAt")
SELECT n, md5('page' || n)::uuid, 'App ' || n, 1 + n % 120, 1 + n % 6, 1 + n * 7 % :users,
       CASE WHEN n % 25 = 0 THEN timestamptz '2024-05-01 00:00Z' END,
       timestamptz '2022-01-01 00:00Z' + n * interval '9 hours', timestamptz '2024-05-01 00:00Z'
  FROM generate_series(1, :pages) n;

INSERT INTO workflow (id, name, crontab, timezone, "templateData", "organizationId", "createdById")
SELECT md5('workflow' || n)::uuid, 'Workflow ' || n, CASE WHEN n % 3 = 0 THEN '*/15 * * * *' END, 'UTC',
       jsonb_build_object('blocks', jsonb_build_array('startTrigger', 'query1', 'code' || n)), 1 + n % 6, n
  FROM generate_series(1, 80) n;

INSERT INTO workflow_save (id, "workflowId", data, "createdAt")
SELECT md5('save' || n)::uuid, md5('workflow' || 1 + n % 80)::uuid, jsonb_build_object('version', n, 'script', repeat('await query1.trigger(); ', n % 30)),
       timestamptz '2024-02-01 00:00Z' + n * interval '1 hour'
  FROM generate_series(1, 600) n;

INSERT INTO file_uploads (name, content)
SELECT 'logo-' || n || '.png', lo_from_bytea(700000 + n, (SELECT string_agg(decode(md5(n || 'x' || k), 'hex'), '') FROM generate_series(1, 2000 * n) k))
  FROM generate_series(1, 2) n;

DO $$
DECLARE
  name text;
  place int;
BEGIN
  FOR name, place IN
    SELECT c.relname, row_number() OVER (ORDER BY c.relname)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'data' AND a.atttypid = 'jsonb'::regtype
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'workflow_save'
  LOOP
    EXECUTE format(
      'INSERT INTO %I (uuid, name, "organizationId", "userId", data, "createdAt", "updatedAt")
       SELECT md5(%L || n)::uuid, ''Row '' || n, 1 + n %% 6, 1 + n * 7 %% :users, jsonb_build_object(''n'', n, ''k'', md5(n || ''data'')),
              timestamptz ''2023-01-01 00:00Z'' + n * interval ''1 hour'', timestamptz ''2023-01-01 00:00Z'' + n * interval ''1 hour''
         FROM generate_series(1, %s) n',
      name, name, place * place * 37 % :small);
  END LOOP;
END $$;
