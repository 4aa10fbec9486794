import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { createDatabase, query, type TestCluster, type TestLogin } from './postgres.ts';

export interface TestSource {
  /** The application's login, which owns the database. */
  readonly application: TestLogin;
  /** Passage's own, made by the script that users get. */
  readonly passage: TestLogin;
  readonly master: TestLogin;
}

const script = fileURLToPath(new URL('../../lib/sql/create-source-login.sql', import.meta.url));
let sources = 0;

/** A source as a customer has it: an application that owns its database, and Passage's login beside it. */
export async function createTestSource(cluster: TestCluster): Promise<TestSource> {
  sources += 1;
  const [role, login] = [`retool_${sources}`, `passage_${sources}`];
  const application = { ...cluster.master, user: role, password: `password-of-${role}` };
  // By the master, not the superuser: since PostgreSQL 16 only who created a role may grant and alter it.
  await query(cluster.master, `CREATE ROLE ${role} LOGIN PASSWORD '${application.password}'`);
  const { database } = await createDatabase(cluster, { owner: role, name: `source_${sources}` });
  const password = `password-of-${login}`;
  const master = { ...cluster.master, database };
  const result = spawnSync(
    cluster.binaries.tool('psql'),
    ['--no-psqlrc', '--quiet', `--set=application=${role}`, `--set=login=${login}`, `--file=${script}`],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        PGHOST: master.host,
        PGPORT: String(master.port),
        PGUSER: master.user,
        PGPASSWORD: master.password,
        PGDATABASE: database,
        PASSAGE_SOURCE_PASSWORD: password,
      },
    },
  );
  if (result.status !== 0) throw new Error(result.stderr);
  const source = { application: { ...application, database }, passage: { ...master, user: login, password }, master };
  await query(
    source.application,
    `CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
     INSERT INTO users (email) SELECT 'user' || n || '@example.com' FROM generate_series(1, 100) n;
     CREATE TABLE groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
     INSERT INTO groups (name) VALUES ('admins'), ('viewers')`,
  );
  return source;
}

/** Everything that a fence may touch, as the catalog has it. */
export async function readAccess(cluster: TestCluster, source: TestSource): Promise<Record<string, unknown>> {
  return asSuperuser(cluster, source.application.database, async (client) => {
    const [row] = (await client.query(ACCESS)).rows;
    return row;
  });
}

/** The same through a login. */
export async function readAccessOf(login: TestLogin): Promise<Record<string, unknown>> {
  const [row] = await query<Record<string, unknown>>(login, ACCESS);
  return row ?? {};
}

const ACCESS = `
  SELECT coalesce(datacl, acldefault('d', datdba))::text AS acl,
         (SELECT jsonb_agg(jsonb_build_array(rolname, rolcanlogin, rolcreaterole, rolconnlimit, rolvaliduntil)
                           ORDER BY rolname) FROM pg_roles) AS roles,
         (SELECT jsonb_agg(s ORDER BY s.setrole, s.setdatabase) FROM pg_db_role_setting s) AS settings,
         (SELECT jsonb_agg(jsonb_build_array(nspname, nspacl::text) ORDER BY nspname)
            FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)') AS schemas
    FROM pg_database WHERE datname = current_database()`;
