import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { fenceSource, sealSource, unfenceSource } from '../../../lib/adapters/postgres/source-fence.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { connect, createLogin, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { createTestSource, readAccess, type TestSource } from '../../support/source.ts';

const script = fileURLToPath(new URL('../../../lib/sql/reopen-source.sql', import.meta.url));
let cluster: TestCluster;
let source: TestSource;
const asRoot = (text: string) => asSuperuser(cluster, source.application.database, (client) => client.query(text));
const held = () => ({ passage: source.passage, run: 'run-1', epoch: 1 });
const fence = () => fenceSource({ ...held(), applicationLogins: [source.application.user] });

/** As a person would: by psql, as Passage's own login. */
function reopen(...options: string[]) {
  const { host, port, user, password, database } = source.passage;
  const connection = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database };
  return spawnSync(cluster.binaries.tool('psql'), ['--no-psqlrc', ...options, `--file=${script}`], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...connection },
  });
}

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  source = await createTestSource(cluster);
});
// Sources share the cluster, and with it the master that a fence locks.
afterEach(() => asRoot(`ALTER ROLE ${cluster.master.user} LOGIN`));

test('a sealed source, which unwind may not open, is exactly as it was before its fence', async () => {
  const { database, user: owner } = source.application;
  const [odd, second] = [`${owner} "odd'`, `${owner}_second`];
  for (const login of [odd, second]) await asRoot(`CREATE ROLE ${quoted(login)} LOGIN`);
  await asRoot(`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`);
  await asRoot(`GRANT CONNECT ON DATABASE ${database} TO ${quoted(odd)}, ${second}`);
  await asRoot(`GRANT CREATE ON DATABASE ${database} TO ${quoted(odd)} WITH GRANT OPTION`);
  await asRoot(`ALTER DATABASE ${database} SET default_transaction_read_only = off`);
  const before = await readAccess(cluster, source);
  await fence();
  await sealSource(held());
  await expect(unfenceSource(held())).rejects.toMatchObject({ name: 'PastPointOfNoReturn' });
  await expect(connect(source.application)).rejects.toThrow();

  const { status, stdout, stderr } = reopen('--set=run=run-1');
  expect({ status, errors: /ERROR.*/.exec(stderr) }).toEqual({ status: 0, errors: null });
  expect(`${stdout}${stderr}`).toContain(`Login ${owner} may sign in again.`);
  expect(await readAccess(cluster, source)).toEqual(before);
  await query(source.application, "INSERT INTO users (email) VALUES ('back@example.com')");

  const again = reopen('--set=run=run-1');
  expect(again.stderr).toContain('has no fence');
  expect(again.status).not.toBe(0);
});

test('rights that another login had granted come back as its own', async () => {
  const { database, user: owner } = source.application;
  const [giver, taker] = [`${owner}_giver`, `${owner}_taker`];
  for (const login of [giver, taker]) await createLogin(cluster, login);
  await asRoot(`GRANT CONNECT ON DATABASE ${database} TO ${giver} WITH GRANT OPTION`);
  await asRoot(`SET ROLE ${giver}; GRANT CONNECT ON DATABASE ${database} TO ${taker}; RESET ROLE`);
  await asRoot(`GRANT ${giver} TO ${source.passage.user}`);
  const before = await readAccess(cluster, source);
  await fence();
  await sealSource(held());
  expect(reopen('--set=run=run-1').status).toBe(0);
  expect(await readAccess(cluster, source)).toEqual(before);
});

test('nothing is opened for another run, for none, or before the seal', async () => {
  await fence();
  const fenced = await readAccess(cluster, source);
  expect(reopen('--set=run=run-1').stderr).toContain('unwind opens the source by itself');
  await sealSource(held());
  expect(reopen('--set=run=run-2').stderr).toContain('run run-1 fenced this database, not run-2');
  expect(reopen().stderr).toContain('say which run sealed the source');
  expect(await readAccess(cluster, source)).toEqual(fenced);
});

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
