import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Cluster } from '../postgres/cluster.ts';
import { asSuperuser, createMaster } from '../postgres/master.ts';
import { encrypt } from './encryption.ts';
import { fillSample } from './fill.ts';
import { tokenHash } from './management-api.ts';
import { type SampleRows, sampleSizes } from './size.ts';

/** How to connect over loopback. */
export interface SampleLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

const SOURCE_DATABASE = 'hammerhead_production';
const TARGET_DATABASE = 'retool';
const APPLICATION = 'retool';
const MASTER = 'master';
const PASSAGE = 'passage';

export interface SampleSource {
  /** The application's login; it owns the database, as in the vendor's templates. */
  readonly application: SampleLogin;
  /** Passage's own login, made by the script that users are given. */
  readonly passage: SampleLogin;
  /** What RDS would have given the customer. No superuser. */
  readonly master: SampleLogin;
}

interface SampleOptions {
  /** The `ENCRYPTION_KEY` that the stored secrets are encrypted with. */
  readonly encryptionKey: string;
  readonly passwords: { readonly master: string; readonly retool: string; readonly passage: string };
  /** A token of the application's management API, which the database knows by its hash; none unless given. */
  readonly apiToken?: string;
  /** How large; `small` unless given. */
  readonly rows?: SampleRows;
  /** Hears how much is done, from 0 to 1. */
  readonly told?: (share: number) => void;
}

/**
 * Creates the database of the sample Retool: about 60 tables, the same at every creation; the small one in a few
 * seconds. A half-made one, and one that is there already, is thrown away first.
 */
export async function createSampleSource(cluster: Cluster, options: SampleOptions): Promise<SampleSource> {
  const login = (user: string, password: string): SampleLogin => ({
    host: cluster.host,
    port: cluster.port,
    database: SOURCE_DATABASE,
    user,
    password,
  });
  const source = {
    application: login(APPLICATION, options.passwords.retool),
    passage: login(PASSAGE, options.passwords.passage),
    master: login(MASTER, options.passwords.master),
  };
  await dropDatabase(cluster, SOURCE_DATABASE);
  await createMaster(cluster, source.master);
  await withClient({ ...source.master, database: 'postgres' }, async (client) => {
    const role = client.escapeIdentifier(APPLICATION);
    const there = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APPLICATION]);
    if (there.rowCount === 0) await client.query(`CREATE ROLE ${role}`);
    await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(source.application.password)}`);
    // To make it the owner. On RDS, too, the master stays a member of the roles it created.
    await client.query(`GRANT ${role} TO ${client.escapeIdentifier(MASTER)}`);
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(SOURCE_DATABASE)} OWNER ${role} TEMPLATE template0`);
  });
  await fillSample(source.application, options.rows ?? sampleSizes.small.rows, options.told ?? (() => {}));
  await storeSecrets(source.application, options.encryptionKey);
  await storeEnvironments(source.application, options.apiToken);
  createPassageLogin(cluster, source);
  return source;
}

export interface SampleTarget {
  /** Owns the empty database `retool` and may create others; no superuser. */
  readonly master: SampleLogin;
}

/** Creates the empty database that the target's Retool is configured for. One that is there already is thrown away first. */
export async function createSampleTarget(
  cluster: Cluster,
  options: { passwords: { master: string } },
): Promise<SampleTarget> {
  const master = {
    host: cluster.host,
    port: cluster.port,
    database: TARGET_DATABASE,
    user: MASTER,
    password: options.passwords.master,
  };
  await dropDatabase(cluster, TARGET_DATABASE);
  await createMaster(cluster, master);
  await withClient({ ...master, database: 'postgres' }, (client) =>
    client.query(`CREATE DATABASE ${client.escapeIdentifier(TARGET_DATABASE)} TEMPLATE template0`),
  );
  return { master };
}

const dropDatabase = (cluster: Cluster, name: string) =>
  asSuperuser(cluster, 'postgres', (client) =>
    client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`),
  );

async function withClient<T>(login: SampleLogin, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...login, application_name: 'sample' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Secrets as the application would have stored them: resources, secret configuration variables, single sign-on. */
async function storeSecrets(login: SampleLogin, encryptionKey: string): Promise<void> {
  const secret = (value: unknown) => encrypt(encryptionKey, value);
  const types = ['postgresql', 'restapi', 'mysql', 's3'];
  const resources = Array.from({ length: 60 }, (_, n) => ({
    n,
    type: types[n % types.length],
    options: { host: `db${n}.example.internal`, username: 'app', password: secret(`password-of-resource-${n}`) },
  }));
  const variables = Array.from({ length: 20 }, (_, n) => ({
    n,
    secret: n % 2 === 0,
    values: { production: n % 2 === 0 ? secret(`secret-${n}`) : `value-${n}` },
  }));
  const singleSignOn = { clientId: 'retool-sample', clientSecret: secret('sso-client-secret') };
  await withClient(login, async (client) => {
    await client.query(
      `INSERT INTO resources (uuid, name, type, options, "resourceFolderId", "organizationId", "createdAt", "updatedAt")
       SELECT md5('resource' || n)::uuid, 'Resource ' || n, type, options, 1 + n % 16, 1 + n % 6,
              timestamptz '2022-03-01 00:00Z', timestamptz '2024-03-01 00:00Z'
         FROM jsonb_to_recordset($1) AS r (n int, type text, options jsonb) ORDER BY n`,
      [JSON.stringify(resources)],
    );
    await client.query(
      `INSERT INTO config_vars (id, name, secret, "values", "organizationId")
       SELECT md5('variable' || n)::uuid, 'VARIABLE_' || n, secret, "values", 1
         FROM jsonb_to_recordset($1) AS v (n int, secret boolean, "values" jsonb)`,
      [JSON.stringify(variables)],
    );
    await client.query(`INSERT INTO sso_configs ("configType", config, "organizationId") VALUES ('oidc', $1, 1)`, [
      JSON.stringify(singleSignOn),
    ]);
  });
}

/** What the management API starts from: two environments, and who may call it. */
async function storeEnvironments(login: SampleLogin, apiToken: string | undefined): Promise<void> {
  const row = (table: string) =>
    `INSERT INTO ${table} (uuid, name, "organizationId", data, "createdAt", "updatedAt")
     VALUES (md5('${table}' || $1::text)::uuid, $1, 1, $2, timestamptz '2022-03-01 00:00Z', timestamptz '2022-03-01 00:00Z')`;
  await withClient(login, async (client) => {
    for (const name of ['production', 'staging']) {
      await client.query(row('environments'), [name, { default: name === 'production' }]);
    }
    if (apiToken) await client.query(row('access_tokens'), ['Passage', { tokenHash: tokenHash(apiToken) }]);
  });
}

/** The script that every user of Passage runs by hand, run the same way: by psql, as the master. */
function createPassageLogin(cluster: Cluster, source: SampleSource): void {
  const script = fileURLToPath(new URL('../../sql/create-source-login.sql', import.meta.url));
  const result = spawnSync(
    cluster.binaries.tool('psql'),
    ['--no-psqlrc', '--quiet', `--set=application=${APPLICATION}`, `--set=login=${PASSAGE}`, `--file=${script}`],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        PGHOST: source.master.host,
        PGPORT: String(source.master.port),
        PGUSER: source.master.user,
        PGPASSWORD: source.master.password,
        PGDATABASE: source.master.database,
        PASSAGE_SOURCE_PASSWORD: source.passage.password,
      },
    },
  );
  if (result.status !== 0) throw new Error(`${script} failed:\n${result.stderr || result.error}`);
}
