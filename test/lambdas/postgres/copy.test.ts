import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dropCopy } from '../../../lambdas/drop-copy/handler.ts';
import { inspectDatabases } from '../../../lambdas/inspect-databases/handler.ts';
import { prepareTarget } from '../../../lambdas/prepare-target/handler.ts';
import type { DatabaseServers } from '../../../lib/adapters/database-servers.ts';
import { scratchDatabaseName } from '../../../lib/adapters/postgres/names.ts';
import { keys } from '../../../lib/domain/run.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import type { DatabasesFindings } from '../../../lib/workflow/documents/collected.ts';
import { server } from '../../domain/preflight/world.ts';
import { declared } from '../../support/declared.ts';
import { createDatabase, query, startTestCluster, type TestCluster, type TestLogin } from '../../support/postgres.ts';
import {
  deployed,
  source as fromSource,
  target as fromTarget,
  lease,
  migrationFile,
  noon,
  plan,
} from '../../support/run-documents.ts';
import { type Account, call, withRun } from '../account.ts';

const SCRATCH = scratchDatabaseName(lease.run);
let cluster: TestCluster;
let source: TestLogin;
let target: TestLogin;
let it: Account;

const databases = () =>
  asSuperuser(cluster, 'postgres', async (client) =>
    (await client.query<{ datname: string }>('SELECT datname FROM pg_database')).rows.map(({ datname }) => datname),
  );
const prepare = (into: 'scratch' | 'target', held = lease) =>
  prepareTarget.run({ ...it, bucket: 'staging', seconds: 60 }, { lease: held, copy: 'main', into }, call);
const drop = (held = lease) => dropCopy.run(it, { lease: held }, call);

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());

beforeEach(async () => {
  [source, target] = [await createDatabase(cluster), await createDatabase(cluster)];
  await query(source, "CREATE TABLE users AS SELECT 1 AS id, 'ada' AS name");
  const run = withRun('rehearsal');
  const { user, password } = cluster.master;
  it = Object.assign(run, { secrets: { ...run.secrets, login: async () => ({ username: user, password }) } });
  const at = ({ host, port, database }: TestLogin) => ({
    secretArn: 'arn',
    host,
    port,
    database,
    ssl: 'disable' as const,
  });
  it.documents.tamper(keys.document('autumn', 'source'), fromSource({ database: at(source) }));
  it.documents.tamper(keys.document('autumn', 'target'), fromTarget({ database: at(target) }));
  it.documents.remove([keys.document('autumn', 'databases')]);
  await inspectDatabases.run(it, { lease, look: 'first' }, call);
});

test('InspectDatabases writes version, size and rights of both sides', async () => {
  const found = it.documents.json(keys.document('autumn', 'databases')) as DatabasesFindings;
  expect(found.source).toMatchObject({ tables: 1, encoding: 'UTF8', rights: { readAllTables: true } });
  expect(found.target).toMatchObject({ tables: 0, rights: { createDatabase: true } });
  expect(found.source.major).toBeGreaterThanOrEqual(14);
  expect(found.source.sizeBytes).toBeGreaterThan(1_000_000);
});

test('InspectDatabases tells the server of each side, and what of it could not be looked at', async () => {
  it.documents.remove([keys.document('autumn', 'databases')]);
  const asked: string[] = [];
  const servers: DatabaseServers = {
    at: async ({ host, port }) => {
      asked.push(`${host}:${port}`);
      return { server: server({ name: 'acme' }), problems: [{ ...unseen, where: `${asked.length}` }] };
    },
  };
  const unseen = { kind: 'not-looked', severity: 'INFO', what: 'Not seen.', todo: 'Look.' } as const;
  await inspectDatabases.run({ ...it, servers }, { lease, look: 'first' }, call);
  const found = it.documents.json(keys.document('autumn', 'databases')) as DatabasesFindings;
  expect(asked).toEqual([source, target].map(({ host, port }) => `${host}:${port}`));
  expect([found.source.server?.name, found.target.server?.name]).toEqual(['acme', 'acme']);
  expect(found.problems.filter(({ kind }) => kind === 'not-looked').map(({ where }) => where)).toEqual(['1', '2']);
});

test('PrepareTarget tells both workers to carry grants where the configuration says so, and else says nothing', async () => {
  expect((await prepare('scratch')).dump.grants).toBeUndefined();
  const carrying = { ...deployed(), copy: { grants: 'carry' } };
  it.documents.tamper(keys.configuration(lease.migration, plan().configurationDigest), carrying);
  expect(await prepare('scratch')).toMatchObject({ dump: { grants: 'carry' }, restore: { grants: 'carry' } });
  await drop();
});

describe('a rehearsal', () => {
  test('has a scratch database of its own, which is dropped, and nothing else is', async () => {
    const before = await databases();
    const { restore } = await prepare('scratch');
    expect(restore.target?.database).toBe(SCRATCH);
    expect(await databases()).toEqual(expect.arrayContaining([...before, SCRATCH]));
    await prepare('scratch');
    await drop();
    await drop();
    expect(await databases()).toEqual(before);
  });

  test('is told how much of the source’s strength it may use; the restore is not', async () => {
    const throttle = { maxMegabytesPerSecond: 20, maxReplicaLagSeconds: 30, maxLockWaits: 4 };
    const file = migrationFile();
    const { source: from } = file;
    const throttled = { ...file, source: { ...from, database: { ...from.database, throttle } } };
    it.documents.tamper(keys.configuration(lease.migration, plan().configurationDigest), deployed(throttled));
    const { dump, restore } = await prepare('scratch');
    expect(dump.throttle).toEqual(throttle);
    expect(restore.throttle).toBeUndefined();
    await drop();
  });

  test('that asked to keep its scratch database keeps it', async () => {
    it.documents.tamper(keys.document('autumn', 'plan'), plan({ mode: 'rehearsal', keep: true }));
    await prepare('scratch');
    await drop();
    expect(await databases()).toContain(SCRATCH);
    // The same, once an unwind holds the run.
    it.setLedger({ holder: { ...it.ledger().holder!, execution: 'arn:unwind' } });
    await drop();
    expect(await databases()).not.toContain(SCRATCH);
  });

  test('that was taken over is cleaned up by the later epoch, and its own stale call comes too late', async () => {
    await prepare('scratch');
    it.setLedger({ epoch: 2 });
    await expect(prepare('scratch')).rejects.toEqual(declared('LeaseLost'));
    await drop({ ...lease, epoch: 2 });
    expect(await databases()).not.toContain(SCRATCH);
  });
});

describe('a cutover', () => {
  test('prepares the target itself, and empties it again before the point of no return', async () => {
    const { restore } = await prepare('target');
    expect(restore.target?.database).toBe(target.database);
    await query(target, 'CREATE TABLE users (id int)');
    await drop();
    const left = await query(target, "SELECT relname FROM pg_class WHERE relname = 'users'");
    expect(left).toEqual([]);
    expect(await databases()).toContain(target.database);
  });

  test("neither restores over what is somebody's nor empties it", async () => {
    await query(target, 'CREATE TABLE mine ()');
    await expect(prepare('target')).rejects.toEqual(declared('TargetNotEmpty', /mine/));
    await expect(prepare('target')).rejects.toEqual(declared('TargetNotEmpty'));
    // Nor does what puts back take it for this run's copy.
    expect(await drop()).toEqual({});
    await query(target, 'SELECT * FROM mine');
  });

  test('leaves a live target alone', async () => {
    await prepare('target');
    await query(target, 'CREATE TABLE users (id int)');
    it.setLedger({ pointOfNoReturn: noon });
    await expect(drop()).rejects.toEqual(declared('PastPointOfNoReturn'));
    await expect(prepare('target')).rejects.toEqual(declared('PastPointOfNoReturn'));
    await query(target, 'SELECT * FROM users');
  });
});
