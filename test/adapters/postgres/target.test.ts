import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withClient } from '../../../lib/adapters/postgres/connect.ts';
import { checkFence, writing } from '../../../lib/adapters/postgres/fence-row.ts';
import { inspectDatabase } from '../../../lib/adapters/postgres/inspect.ts';
import { applicationName, scratchDatabaseName } from '../../../lib/adapters/postgres/names.ts';
import { dropScratch, emptyTarget, prepareTarget } from '../../../lib/adapters/postgres/target.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import {
  connect,
  createDatabase,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

let cluster: TestCluster;
let run: string;
let runs = 0;
const like = { encoding: 'UTF8', collation: 'C', major: 14 };
const scratch = (epoch = 1) => ({ admin: cluster.master, database: scratchDatabaseName(run), run, epoch });
const at = (database: string): TestLogin => ({ ...cluster.master, database });
const databases = () =>
  asSuperuser(cluster, 'postgres', async (client) =>
    (await client.query<{ datname: string }>('SELECT datname FROM pg_database')).rows.map(({ datname }) => datname),
  );

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());
beforeEach(() => {
  runs += 1;
  run = `run-${runs}`;
});

describe('preparing', () => {
  test("creates the database with the source's encoding and collation, and its fence", async () => {
    const prepared = await prepareTarget({ ...scratch(), ...like, encoding: 'SQL_ASCII' });
    expect(prepared).toEqual({ login: at(`passage_run_${runs}`), created: true });
    const found = await withClient(prepared.login, { side: 'target', run, epoch: 1 }, inspectDatabase);
    expect(found).toMatchObject({ encoding: 'SQL_ASCII', collation: 'C', tables: 0 });
    expect(await query(prepared.login, 'SELECT run, epoch, state FROM passage.fence')).toEqual([
      { run, epoch: 1, state: 'loading' },
    ]);
    expect(await query(prepared.login, 'SELECT chunk, rows, bytes, epoch, loaded_at FROM passage.chunks')).toEqual([]);
  });

  test('refuses a server that is older than the source, and creates nothing', async () => {
    await expect(prepareTarget({ ...scratch(), ...like, major: cluster.binaries.major + 1 })).rejects.toMatchObject({
      name: 'TargetOlder',
      message: expect.stringMatching(
        new RegExp(
          `:${cluster.port} runs PostgreSQL ${cluster.binaries.major}, the source ${cluster.binaries.major + 1}`,
        ),
      ),
    });
    expect(await databases()).not.toContain(scratch().database);
  });

  test('again is harmless, and keeps what was loaded', async () => {
    const { login } = await prepareTarget({ ...scratch(), ...like });
    await query(login, "INSERT INTO passage.chunks VALUES ('users-1', 10, 100, 1)");
    await query(login, 'CREATE TABLE users ()');
    expect(await prepareTarget({ ...scratch(), ...like })).toEqual({ login, created: false });
    expect(await query(login, 'SELECT chunk FROM passage.chunks')).toHaveLength(1);
  });

  test('two at the same time prepare one', async () => {
    const both = await Promise.all([1, 2].map(() => prepareTarget({ ...scratch(), ...like })));
    expect(both.map(({ login }) => login)).toEqual([at(scratchDatabaseName(run)), at(scratchDatabaseName(run))]);
  });

  test.each([
    'CREATE TABLE mine ()',
    'CREATE SCHEMA mine',
    'CREATE VIEW mine AS SELECT 1',
    'SELECT lo_create(0)',
    "CREATE TYPE mine AS ENUM ('a')",
  ])('refuses a database in which somebody ran %s', async (statement) => {
    const login = await createDatabase(cluster);
    await query(login, statement);
    const target = { admin: login, database: login.database, run, epoch: 1, ...like };
    await expect(prepareTarget(target)).rejects.toMatchObject({ name: 'TargetNotEmpty' });
    await expect(query(login, 'SELECT FROM passage.fence')).rejects.toMatchObject({ code: '42P01' });
  });

  test("refuses another run's copy", async () => {
    const login = await createDatabase(cluster);
    const target = { admin: login, database: login.database, epoch: 1, ...like };
    await prepareTarget({ ...target, run: 'first' });
    await expect(prepareTarget({ ...target, run: 'second' })).rejects.toMatchObject({
      name: 'TargetNotEmpty',
      message: expect.stringContaining('run first'),
    });
  });

  test('refuses a locale that the server does not have', async () => {
    await expect(prepareTarget({ ...scratch(), ...like, collation: 'xx_XX.UTF-8' })).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
    });
    expect(await databases()).not.toContain(scratchDatabaseName(run));
  });
});

describe('epochs', () => {
  const load = (login: TestLogin, epoch: number) =>
    withClient(login, { side: 'target', run, epoch }, (client) =>
      writing(client, { run, epoch, state: 'loading' }, () =>
        client.query('INSERT INTO passage.chunks VALUES ($1, 1, 1, $2)', [`chunk-${epoch}`, epoch]),
      ),
    );

  test('a later epoch takes over; the earlier one can write nothing more', async () => {
    const { login } = await prepareTarget({ ...scratch(1), ...like });
    await load(login, 1);
    await prepareTarget({ ...scratch(2), ...like });
    await expect(load(login, 1)).rejects.toMatchObject({ name: 'Fenced' });
    await expect(prepareTarget({ ...scratch(1), ...like })).rejects.toMatchObject({ name: 'Fenced' });
    await load(login, 2);
    expect(await query(login, 'SELECT chunk FROM passage.chunks ORDER BY 1')).toEqual([
      { chunk: 'chunk-1' },
      { chunk: 'chunk-2' },
    ]);
  });

  test('a takeover ends the zombie that is in the middle of a transaction, and what it did is gone', async () => {
    const { login } = await prepareTarget({ ...scratch(1), ...like });
    const zombie = await connect(login);
    await zombie.query(`SET application_name = '${applicationName(run, 1)}'`);
    await zombie.query('BEGIN');
    await checkFence(zombie, { run, epoch: 1, state: 'loading' });
    await zombie.query("INSERT INTO passage.chunks VALUES ('late', 1, 1, 1)");
    await prepareTarget({ ...scratch(2), ...like });
    await expect(zombie.query('COMMIT')).rejects.toThrow();
    expect(await query(login, 'SELECT FROM passage.chunks')).toEqual([]);
  });

  test('a takeover leaves the sessions of its own epoch and of other runs alone', async () => {
    const { login } = await prepareTarget({ ...scratch(1), ...like });
    const others = await Promise.all(
      [applicationName(run, 2), applicationName(`${run}0`, 1), 'psql'].map(async (name) => {
        const client = await connect(login);
        await client.query(`SET application_name = '${name}'`);
        return client;
      }),
    );
    await prepareTarget({ ...scratch(2), ...like });
    for (const client of others) expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('dropping', () => {
  test('removes the scratch database of the run, even while somebody looks at it, and twice is harmless', async () => {
    const { login } = await prepareTarget({ ...scratch(), ...like });
    await connect(login);
    await dropScratch(scratch());
    expect(await databases()).not.toContain(login.database);
    await dropScratch(scratch());
  });

  test('never touches a database that is not named as a scratch of this run', async () => {
    const login = await createDatabase(cluster);
    for (const database of [login.database, 'postgres', 'passage_run', scratchDatabaseName(`${run}0`)]) {
      await expect(dropScratch({ ...scratch(), database })).rejects.toMatchObject({ name: 'InvalidInput' });
    }
    expect(await databases()).toContain(login.database);
  });

  test('an earlier epoch may not drop what a later one loads', async () => {
    const { login } = await prepareTarget({ ...scratch(2), ...like });
    await expect(dropScratch(scratch(1))).rejects.toMatchObject({ name: 'Fenced' });
    expect(await databases()).toContain(login.database);
  });
});

describe('emptying a real target', () => {
  test('takes out all that the run restored, so that another run can begin', async () => {
    const login = await createDatabase(cluster);
    const target = { admin: login, database: login.database, run, epoch: 1 };
    await prepareTarget({ ...target, ...like });
    await query(
      login,
      `CREATE TYPE mood AS ENUM ('ok');
       CREATE TABLE users (id serial PRIMARY KEY, mood mood);
       CREATE TABLE "Odd Name" (id int REFERENCES users);
       CREATE TABLE events (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL) PARTITION BY RANGE (at);
       CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
       CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM users;
       CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
       CREATE TYPE pair AS (a int, b int);
       CREATE SCHEMA workflows CREATE TABLE runs (id int);
       CREATE EXTENSION "uuid-ossp";
       SELECT lo_create(0)`,
    );
    await expect(emptyTarget({ ...target, run: 'other' })).rejects.toMatchObject({ name: 'Fenced' });
    await emptyTarget(target);
    await emptyTarget(target);
    expect((await prepareTarget({ ...target, run: 'next', ...like })).created).toBe(false);
  });

  test('leaves a database alone in which the run has no fence', async () => {
    const login = await createDatabase(cluster);
    await query(login, 'CREATE TABLE mine ()');
    await emptyTarget({ admin: login, database: login.database, run, epoch: 1 });
    expect(await query(login, 'SELECT FROM mine')).toEqual([]);
  });
});
