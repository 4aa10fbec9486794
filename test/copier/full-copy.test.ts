import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { dump } from '../../lib/copier/dump.ts';
import { restore } from '../../lib/copier/restore.ts';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './copying.ts';

let cluster: TestCluster;
let copying: Copying | undefined;
beforeAll(async () => {
  cluster = await startTestCluster();
}, 30_000);
afterEach(() => copying?.staging.remove());
afterAll(() => cluster?.close());

test('copies a table', async () => {
  copying = await prepareCopying(
    cluster,
    'CREATE TABLE t(id int PRIMARY KEY, v text); INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 1000) i',
  );
  const [dumped, restored] = await Promise.all([
    dump(copying.input, copying.database('source'), copying.around()),
    restore(copying.input, copying.database('target'), copying.around()),
  ]);
  expect(dumped.rows).toBe(1000);
  expect({ ...restored, manifest: '', seconds: 0 }).toEqual({ ...dumped, manifest: '', seconds: 0 });
  expect(await query(copying.target, 'SELECT count(*)::int AS n FROM t')).toEqual([{ n: 1000 }]);
  console.log(copying.events, await copying.manifest('restore'));
});
