import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type ConnectOptions, connect, declared, withClient } from '../../../lib/adapters/postgres/connect.ts';
import { inspectDatabase } from '../../../lib/adapters/postgres/inspect.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { createLogin, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { createTestSource, type TestSource } from '../../support/source.ts';

let cluster: TestCluster;
let source: TestSource;
const reading: ConnectOptions = { side: 'source', run: 'run-1', epoch: 7 };

beforeAll(async () => {
  cluster = await startTestCluster();
  source = await createTestSource(cluster);
});
afterAll(() => cluster.close());

test('a session carries run and epoch, and no default of the server, the database or the role', async () => {
  await query(source.application, `ALTER ROLE ${source.application.user} SET search_path = elsewhere`);
  await query(
    source.application,
    `ALTER DATABASE ${source.application.database} SET default_transaction_read_only = on`,
  );
  const [settings] = await withClient(
    source.application,
    reading,
    async (client) =>
      (
        await client.query(
          `SELECT current_setting('application_name') AS name, current_setting('search_path') AS path,
                  current_setting('transaction_read_only') AS read_only, current_setting('statement_timeout') AS timeout`,
        )
      ).rows,
  );
  expect(settings).toEqual({ name: 'passage/run-1/7', path: '', read_only: 'off', timeout: '30s' });
  await withClient(source.application, reading, (client) =>
    client.query(`ALTER DATABASE ${source.application.database} RESET default_transaction_read_only`),
  );
});

test.each([
  ['a wrong password', () => ({ ...source.passage, password: 'not-the-password' }), 'SourceLoginRefused'],
  [
    'an unknown user',
    () => ({ ...source.passage, user: 'nobody', password: 'not-the-password' }),
    'SourceLoginRefused',
  ],
  ['an unknown database', () => ({ ...source.passage, database: 'nowhere' }), 'SourceLoginRefused'],
  ['a port where nobody listens', () => ({ ...source.passage, port: 1 }), 'SourceUnreachable'],
  ['a host that does not exist', () => ({ ...source.passage, host: 'nowhere.invalid' }), 'SourceUnreachable'],
  ['a server that wants no encryption', () => ({ ...source.passage, ssl: 'require' as const }), 'SourceUnreachable'],
])('%s is a declared error that names the place and no password', async (_, login, name) => {
  const attempt = connect(login(), reading);
  await expect(attempt).rejects.toMatchObject({ name });
  const error: Error = await attempt.catch((caught) => caught);
  for (const part of [login().host, String(login().port), login().database, login().user]) {
    expect(error.message).toContain(part);
  }
  expect(`${error.stack} ${JSON.stringify(error.cause)}`).not.toContain(login().password);
});

test('of a database that is not there it asks for the name, not for the secret of a login that is good', async () => {
  const refused: Error = await connect({ ...source.passage, database: 'nowhere' }, reading).catch((error) => error);
  expect(refused.message).toMatch(/database "nowhere" does not exist\. Check the database's name\.$/);
});

test.each([
  ['no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", no encryption', /"sslmode": "require"/],
  ['no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", SSL off', /"sslmode": "require"/],
  ['no pg_hba.conf entry for host "10.0.0.1", user "u", database "d", SSL encryption', /Check the login's secret/],
])('%s: it says what to do', (words, says) => {
  const refusal = Object.assign(new pg.DatabaseError(words, 0, 'error'), { code: '28000' });
  expect(declared(refusal, source.passage, 'source')).toMatchObject({
    name: 'SourceLoginRefused',
    message: expect.stringMatching(says),
  });
});

describe('a server that has no connection left is not said to be silent, but whose limit it is', () => {
  const turnedAway = (): Promise<Error> =>
    connect(source.application, reading).then(
      () => new Error('it was let in'),
      (caught) => caught,
    );

  test.each([
    ['ROLE', 'user', /too many connections for role.*rolconnlimit.*ALTER ROLE … CONNECTION LIMIT/s],
    ['DATABASE', 'database', /too many connections for database.*datconnlimit.*ALTER DATABASE … CONNECTION LIMIT/s],
  ] as const)('ALTER %s … CONNECTION LIMIT', async (what, whose, says) => {
    const { host, port } = source.application;
    const limit = (most: number) =>
      asSuperuser(cluster, 'postgres', (client) =>
        client.query(`ALTER ${what} ${client.escapeIdentifier(source.application[whose])} CONNECTION LIMIT ${most}`),
      );
    await limit(0);
    const error = await turnedAway().finally(() => limit(-1));
    expect(error).toMatchObject({ name: 'SourceUnreachable' });
    expect(error.message).toMatch(says);
    expect(error.message).toContain(`${host}:${port}`);
    expect(error.message).not.toContain('did not answer');
  });

  test('max_connections', async () => {
    const taken: pg.Client[] = [];
    try {
      for (;;) {
        const client = new pg.Client({ ...source.passage });
        client.on('error', () => {});
        try {
          await client.connect();
        } catch {
          break;
        }
        taken.push(client);
      }
      expect((await turnedAway()).message).toMatch(/53300.*max_connections.*raise max_connections/s);
    } finally {
      await Promise.all(taken.map((client) => client.end()));
    }
  });
});

test('a session may be left as server, database and role have it', async () => {
  await query(source.application, `ALTER ROLE ${source.application.user} SET statement_timeout = '77s'`);
  const settings = (options: ConnectOptions) =>
    withClient(
      source.application,
      options,
      async (client) => (await client.query("SELECT current_setting('statement_timeout') AS timeout")).rows,
    );
  expect(await settings({ ...reading, settings: 'as-they-are' })).toEqual([{ timeout: '77s' }]);
  expect(await settings(reading)).toEqual([{ timeout: '30s' }]);
  await query(source.application, `ALTER ROLE ${source.application.user} RESET statement_timeout`);
});

test('the target has names of its own', async () => {
  await expect(connect({ ...source.passage, port: 1 }, { ...reading, side: 'target' })).rejects.toMatchObject({
    name: 'TargetUnreachable',
  });
});

test('a server that takes the connection and says nothing is unreachable after the timeout', async () => {
  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const attempt = connect({ ...source.passage, port }, { ...reading, connectTimeoutMs: 50 });
  await expect(attempt).rejects.toMatchObject({ name: 'SourceUnreachable' });
  await new Promise((resolve) => silent.close(resolve));
});

test('a session that the server ends is unreachable; a missing right is a refusal; a defect stays itself', async () => {
  const during = (text: string) => withClient(source.application, reading, (client) => client.query(text));
  await expect(during('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
    name: 'SourceUnreachable',
  });
  await expect(during('CREATE ROLE more')).rejects.toMatchObject({ name: 'SourceLoginRefused' });
  await expect(during('SELEKT')).rejects.toMatchObject({ code: '42601' });
});

test('an inspection reports the database and what the login may do', async () => {
  const open = await connect(source.application, reading);
  await open.query('BEGIN');
  await open.query('SELECT 1');
  const found = await withClient(source.passage, reading, inspectDatabase);
  expect(found).toMatchObject({
    major: cluster.binaries.major,
    encoding: 'UTF8',
    tables: 2,
    extensions: [{ name: 'plpgsql', version: '1.0' }],
    rights: {
      superuser: false,
      write: true,
      createDatabase: false,
      createRole: true,
      createSchema: true,
      ownsDatabase: true,
      endSessions: true,
      seeSessions: true,
      readAllTables: true,
      quietTriggers: false,
    },
  });
  expect(found.collation).toMatch(/^C/);
  expect(found.sizeBytes).toBeGreaterThan(1e6);
  expect(found.longestTransactionSeconds).toBeGreaterThan(0);
  await open.end();

  const stranger = await createLogin(cluster, 'stranger', { database: source.application.database });
  const { rights } = await withClient(stranger, reading, inspectDatabase);
  // The server takes writes, whoever asks.
  expect(Object.entries(rights).filter(([, may]) => may)).toEqual([['write', true]]);
});
