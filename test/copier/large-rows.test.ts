import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { withClient } from '../../lib/adapters/postgres/connect.ts';
import { refuseTooLarge } from '../../lib/adapters/postgres/large-rows.ts';
import { declared } from '../support/declared.ts';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { failing, startWireProxy } from '../support/wire-proxy.ts';
import { type Copying, fastClock, prepareCopying } from './support/copying.ts';

/** Rows around 1 GB on a real server. They compress well, so that they take little room. */
// Seconds on a machine of one's own; a limit for hangs, not a measure.
jest.setTimeout(240_000);

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(
    cluster,
    `CREATE TABLE files (tenant text, id int, first bytea, note text, second bytea, PRIMARY KEY (id, tenant));
     INSERT INTO files SELECT 'acme', i, 'small', 'small', 'small' FROM generate_series(1, 100) i`,
  );
});
afterEach(() => copying.close());
afterAll(() => cluster.close());

const grow = (megabytes: number, column = 'first') =>
  query(
    copying.source,
    `UPDATE files SET ${column} = convert_to(repeat('x', ${megabytes} * 1000000), 'UTF8') WHERE id = 7`,
  );
const inspect = (withinMs?: number) =>
  withClient(copying.database('source'), { side: 'source', run: 'r', epoch: 1 }, (client) =>
    refuseTooLarge(client, copying.database('source'), withinMs === undefined ? {} : { withinMs }),
  );
const tooLarge = declared(
  'FieldTooLarge',
  /The row id = 7, tenant = acme of table "public"\."files" .* is 1,200 MB \(first 600 MB, second 600 MB, /,
);

test('a row of 1.2 GB is refused with its table, its key and its columns, before the copy and by the dump', async () => {
  await grow(600);
  // One after the other: not even an UPDATE can hold both.
  await grow(600, 'second');
  const [{ stored } = { stored: 0 }] = await query<{ stored: number }>(
    copying.source,
    "SELECT pg_relation_size(reltoastrelid)::int AS stored FROM pg_class WHERE relname = 'files'",
  );
  // What the search may go by: far less than 1 GB.
  expect(stored).toBeLessThan(50_000_000);
  await expect(inspect()).rejects.toEqual(tooLarge);
  await expect(copying.dump({ clock: fastClock })).rejects.toEqual(tooLarge);
  // Time is up before the first table.
  await inspect(0);
});

test('a row of 200 MB is copied', async () => {
  await grow(200);
  await inspect();
  await copying.dump();
  await copying.restore();
  expect(await copying.differences()).toEqual([]);
  expect((await copying.manifest('dump')).largestRowBytes).toBeGreaterThan(200_000_000);
});

test('a bytea of 600 MB in a table that is copied as text counts twice, and is refused', async () => {
  await query(copying.source, 'CREATE TYPE place AS (x int, y int); ALTER TABLE files ADD at place');
  await grow(600);
  const refused = declared('FieldTooLarge', /id = 7, .* is 1,200 MB \(first 1,200 MB/);
  await expect(inspect()).rejects.toEqual(refused);
  await expect(copying.dump({ clock: fastClock })).rejects.toEqual(refused);
});

test('what the search cannot find is refused by the dump, with its table and the server’s words', async () => {
  const words = 'invalid memory alloc request size 1200000062';
  const proxy = await startWireProxy(cluster, {
    ask: (sql) => (/^COPY .*"files"/.test(sql) ? failing('XX000', words) : undefined),
  });
  try {
    await expect(copying.dump({ clock: fastClock }, { database: { port: proxy.port } })).rejects.toEqual(
      declared(
        'FieldTooLarge',
        new RegExp(`^"public"\\."files": .* 1 GB of a row.*${words}.*other than text and bytea`),
      ),
    );
  } finally {
    await copying.close();
    await proxy.close();
  }
});
