import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { keys, WorkerProgress } from '../../lib/copier/staged.ts';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { createLogin, query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { everyKind } from './support/every-kind.ts';
import { schemaOf } from './support/schema-of.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

const copy = () => Promise.all([copying.dump(), copying.restore()]);

test('copies every kind of table, value and object, and measures the same on both sides', async () => {
  copying = await prepareCopying(cluster, everyKind);
  const [dumped, restored] = await copy();

  const [source, target] = [await copying.manifest('dump'), await copying.manifest('restore')];
  expect(await copying.differences()).toEqual([]);
  expect(target.proof?.catalog.remarks).toEqual([]);
  expect({ ...restored, manifest: '', seconds: 0 }).toEqual({ ...dumped, manifest: '', seconds: 0 });
  expect(source.tables.find((table) => table.name === 'every_type')?.rows).toBe(53);
  expect(source.largeObjects.count).toBe(3);
  // What people saw while it ran is what they read afterwards.
  for (const role of ['dump', 'restore'] as const) {
    const seen = WorkerProgress.parse(JSON.parse(String(await copying.staging.get(keys.progress(role)))));
    expect(seen).toMatchObject({ rowsDone: dumped.rows, bytesDone: seen.bytesTotal, tablesDone: dumped.tables });
  }

  expect(schemaOf(copying.target)).toEqual(schemaOf(copying.source));
  expect(
    await query(
      copying.target,
      "SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'm') AND reltuples < 0 AND relnamespace = 'public'::regnamespace",
    ),
  ).toEqual([]);
  // What row hashes do not say: generated columns, views, the next values of sequences, validity.
  for (const question of [
    'SELECT * FROM generated ORDER BY id',
    'SELECT * FROM big_customers ORDER BY 1',
    'SELECT * FROM alphabet',
    'SELECT every_type::text FROM every_type ORDER BY id',
    'SELECT * FROM "Odd ""Schema"""."Quoted "" Table.x" ORDER BY 1',
    'SELECT md5(lo_get(4711)), length(lo_get(4712)), lo_get(4713)',
    "SELECT relname, relispopulated FROM pg_class WHERE relkind = 'm' ORDER BY 1",
    'SELECT count(*) FROM pg_index WHERE NOT indisvalid',
    'SELECT count(*) FROM pg_constraint WHERE NOT convalidated',
    "SELECT nextval('not_called'), nextval('counts_down'), nextval('customers_id_seq')",
  ]) {
    expect({ question, rows: await query(copying.target, question) }).toEqual({
      question,
      rows: await query(copying.source, question),
    });
  }
});

test('a target that holds an earlier snapshot of the run is emptied and filled anew', async () => {
  copying = await prepareCopying(cluster, everyKind);
  await copy();
  await query(copying.target, "UPDATE passage.chunks SET chunk = 'earlier/' || split_part(chunk, '/', 2)");
  await query(copying.target, 'CREATE TABLE left_over (v int); CREATE SCHEMA other; SELECT lo_create(99)');
  await copying.restore();
  expect(copying.events.filter(({ event }) => event === 'target taken').at(-1)).toMatchObject({ emptied: true });
  expect(schemaOf(copying.target)).toEqual(schemaOf(copying.source));
  expect(await copying.differences()).toEqual([]);
});

test('an empty database is copied too', async () => {
  copying = await prepareCopying(cluster, '');
  const [dumped, restored] = await copy();
  expect([dumped, restored]).toMatchObject([
    { tables: 0, rows: 0, bytes: 0 },
    { tables: 0, rows: 0, bytes: 0 },
  ]);
});

test('a login that only reads everything, and belongs to the owner, is enough for the dump', async () => {
  copying = await prepareCopying(cluster, everyKind);
  const reader = await createLogin(cluster, 'reader', { database: copying.source.database });
  await asSuperuser(cluster, 'postgres', (client) =>
    client.query('GRANT master TO reader; GRANT pg_read_all_data TO reader'),
  );
  await Promise.all([copying.dump({}, { database: reader }), copying.restore()]);
  expect(await copying.differences()).toEqual([]);
});
