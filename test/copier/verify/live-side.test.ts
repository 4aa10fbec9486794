import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { LiveSide } from '../../../lib/copier/verify/live-side.ts';
import { measureSide } from '../../../lib/copier/verify/measure-sides.ts';
import {
  connect,
  createDatabase,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';
import { around, at } from './proving.ts';

let cluster: TestCluster;
let login: TestLogin;
let side: LiveSide;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  login = await createDatabase(cluster);
  await query(
    login,
    'CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, v text); INSERT INTO a SELECT i FROM generate_series(1, 10) i',
  );
  side = await LiveSide.open(at('source', login), around().signal);
});
afterEach(() => side.close());
afterAll(() => cluster?.close());

const table = (name: string) => side.tables.find((each) => each.name === name)!;
/** What sessions of Passage hold in this database, apart from the catalog. */
const locks = () =>
  query<{ table: string; mode: string }>(
    login,
    `SELECT l.relation::regclass::text AS table, l.mode FROM pg_locks l JOIN pg_stat_activity s USING (pid)
     WHERE s.application_name LIKE 'passage/%' AND l.locktype = 'relation' AND l.relation >= 16384
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );

test('a piece locks its own table for as long as it is read, and the snapshot none', async () => {
  const client = await connect(login);
  await client.query("SET application_name = 'passage/verify-test/0'");
  expect(await locks()).toEqual([]);
  const during = await side.piece(client, [table('a')], async () => {
    await client.query('SELECT count(*) FROM public.a');
    return await locks();
  });
  expect(during).toContainEqual({ table: 'a', mode: 'AccessShareLock' });
  expect(during.filter(({ table: name, mode }) => name === 'b' || mode !== 'AccessShareLock')).toEqual([]);
  expect(await locks()).toEqual([]);
});

test('nothing can be written by a piece', async () => {
  const client = await connect(login);
  await expect(side.piece(client, [], () => client.query('INSERT INTO public.a VALUES (99)'))).rejects.toMatchObject({
    code: '25006',
  });
});

test('what is written meanwhile is not seen: all tables are of one moment', async () => {
  await query(login, 'INSERT INTO a VALUES (11); INSERT INTO b VALUES (1); DELETE FROM a WHERE id = 1');
  const measured = await measureSide(side, [table('a'), table('b')], 'UTF8', 2, around(), () => {});
  expect(measured.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['a', 10],
    ['b', 0],
  ]);
});

test.each([
  ['truncated', 'TRUNCATE a'],
  ['rewritten', 'ALTER TABLE a ALTER id TYPE bigint'],
  ['dropped', 'DROP TABLE a'],
  ['exchanged for another', 'ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a'],
  ['without a column', 'ALTER TABLE a DROP v'],
])('a table that was %s meanwhile is no table of the snapshot: an error, not an empty table', async (_, change) => {
  const tables = [table('a')];
  await query(login, change);
  await expect(measureSide(side, tables, 'UTF8', 1, around(), () => {})).rejects.toMatchObject({
    name: 'SourceKeepsChanging',
    message: expect.stringMatching(/while it was compared/),
  });
});

test('a snapshot whose session is gone is told as such', async () => {
  const tables = [table('a')];
  await side.close();
  await expect(measureSide(side, tables, 'UTF8', 1, around(), () => {})).rejects.toMatchObject({
    name: 'SnapshotLost',
  });
});
