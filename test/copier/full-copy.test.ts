import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { compareManifests } from '../../lib/copier/compare.ts';
import { dump } from '../../lib/copier/dump.ts';
import { restore } from '../../lib/copier/restore.ts';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './copying.ts';
import { everyKind } from './every-kind.ts';
import { schemaOf } from './schema-of.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
}, 30_000);
afterEach(() => copying?.staging.remove());
afterAll(() => cluster?.close());

const copy = () =>
  Promise.all([
    dump(copying.input, copying.database('source'), copying.around()),
    restore(copying.input, copying.database('target'), copying.around()),
  ]);

test('copies every kind of table, value and object, and measures the same on both sides', async () => {
  copying = await prepareCopying(cluster, everyKind);
  const [dumped, restored] = await copy();

  const [source, target] = [await copying.manifest('dump'), await copying.manifest('restore')];
  expect(compareManifests(source, target).differences).toEqual([]);
  expect({ ...restored, manifest: '', seconds: 0 }).toEqual({ ...dumped, manifest: '', seconds: 0 });
  expect(source.tables.find((table) => table.name === 'every_type')?.rows).toBe(53);
  expect(source.largeObjects.count).toBe(3);

  expect(schemaOf(copying.target)).toEqual(schemaOf(copying.source));
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
}, 60_000);
