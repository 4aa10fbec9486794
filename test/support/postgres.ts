import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Cluster, startCluster } from '../../lib/local/postgres/cluster.ts';
import { asSuperuser, createMaster } from '../../lib/local/postgres/master.ts';
import { prepareClusterDirectory, stepDownUser } from '../../lib/local/postgres/step-down.ts';

/** What `pg` and the adapters take to connect. */
export interface TestLogin {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface TestCluster extends Cluster {
  /** As weak as on RDS: CREATEDB, CREATEROLE, no superuser. `database` is `postgres`. */
  readonly master: TestLogin;
  /** Ends every client that `connect` opened, stops the server, removes its folder. */
  close(): Promise<void>;
}

const openClients = new Map<number, Set<pg.Client>>();

/** A throw-away cluster for one test file: `beforeAll(start)`, `afterAll(() => cluster.close())`. Takes about 1.5 s. */
export async function startTestCluster(options: { settings?: Record<string, string> } = {}): Promise<TestCluster> {
  const directory = prepareClusterDirectory(
    stepDownUser() ? tmpdir() : mkdtempSync(join(tmpdir(), 'passage-test-cluster-')),
  );
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const cluster = await startCluster({ directory, name: 'test', durable: false, settings: options.settings });
    const master = { user: 'master', password: randomBytes(12).toString('hex') };
    await createMaster(cluster, master);
    const clients = new Set<pg.Client>();
    openClients.set(cluster.port, clients);
    return {
      ...cluster,
      master: { host: cluster.host, port: cluster.port, database: 'postgres', ...master },
      async close() {
        await Promise.allSettled([...clients].map((client) => client.end()));
        openClients.delete(cluster.port);
        await cluster.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

let databases = 0;

export interface TestDatabaseOptions {
  /** A database that nobody is connected to; its copy takes milliseconds. */
  readonly template?: string;
  /** An existing role. Default: the master. */
  readonly owner?: string;
  readonly encoding?: string;
  /** With ICU as the provider of its collation. */
  readonly icuLocale?: string;
  readonly name?: string;
}

/** Creates an empty (or cloned) database and returns the master's login to it. */
export async function createDatabase(cluster: TestCluster, options: TestDatabaseOptions = {}): Promise<TestLogin> {
  databases += 1;
  const name = options.name ?? `test_${databases}`;
  await asSuperuser(cluster, 'postgres', (client) =>
    client.query(
      [
        `CREATE DATABASE ${client.escapeIdentifier(name)}`,
        `TEMPLATE ${client.escapeIdentifier(options.template ?? 'template0')}`,
        `OWNER ${client.escapeIdentifier(options.owner ?? cluster.master.user)}`,
        options.encoding ? `ENCODING ${client.escapeLiteral(options.encoding)} LC_COLLATE 'C' LC_CTYPE 'C'` : '',
        options.icuLocale ? `LOCALE_PROVIDER icu ICU_LOCALE ${client.escapeLiteral(options.icuLocale)}` : '',
      ].join(' '),
    ),
  );
  return { ...cluster.master, database: name };
}

/** Creates a login (or any role, by `attributes`) and returns how it connects to `database`. */
export async function createLogin(
  cluster: TestCluster,
  user: string,
  options: { attributes?: string; database?: string } = {},
): Promise<TestLogin> {
  const password = randomBytes(12).toString('hex');
  await asSuperuser(cluster, 'postgres', (client) =>
    client.query(
      `CREATE ROLE ${client.escapeIdentifier(user)} LOGIN ${options.attributes ?? ''} PASSWORD ${client.escapeLiteral(password)}`,
    ),
  );
  return { ...cluster.master, database: options.database ?? 'postgres', user, password };
}

/** An open client; `cluster.close()` ends it if the test does not. A session that the server ends does not fail the test. */
export async function connect(login: TestLogin): Promise<pg.Client> {
  const client = new pg.Client({ ...login });
  client.on('error', () => {});
  await client.connect();
  openClients.get(login.port)?.add(client);
  return client;
}

/** One statement in a session of its own. */
export async function query<Row extends pg.QueryResultRow>(
  login: TestLogin,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ ...login });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
