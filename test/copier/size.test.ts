import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { watchBuffers } from './support/watch-buffers.ts';

const MB = 1_000_000;
let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

test('2,000 tables do not run out of locks on either side', async () => {
  const tables = (from: number) =>
    `DO $$ BEGIN FOR i IN ${from}..${from + 99} LOOP
       EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text)', i); EXECUTE format('INSERT INTO t%s VALUES (%s, ''x'')', i, i);
     END LOOP; END $$`;
  copying = await prepareCopying(
    cluster,
    Array.from({ length: 20 }, (_, at) => tables(at * 100)),
  );
  const [dumped] = await Promise.all([copying.dump(), copying.restore()]);
  expect(dumped).toMatchObject({ tables: 2000, rows: 2000 });
  expect(await copying.differences()).toEqual([]);
}, 300_000);

test('a row of 200 MB passes through in parts: the worker does not grow by it', async () => {
  copying = await prepareCopying(
    cluster,
    `CREATE TYPE wrapped AS (t text);
     CREATE TABLE large (id int PRIMARY KEY, by bytea, t text, w wrapped);
     INSERT INTO large VALUES (1, convert_to(repeat('0123456789abcdef', 6250000), 'UTF8'), repeat('fedcba9876543210', 6250000), ROW('x'))`,
  );
  const buffers = watchBuffers(100 * MB);
  const staging = copying.staging.between(buffers.look);
  await copying.dump({ staging });
  await copying.restore({ staging });
  expect(await copying.differences()).toEqual([]);
  expect((await copying.manifest('dump')).largestRowBytes).toBeGreaterThan(200 * MB);
  expect(buffers.most()).toBeLessThan(100 * MB);
  const question = 'SELECT md5(by), md5(t), length(t) FROM large';
  expect(await query(copying.target, question)).toEqual(await query(copying.source, question));
}, 300_000);
