import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { compareManifests } from '../../lib/copier/compare.ts';
import type { Surroundings } from '../../lib/copier/ports.ts';
import { connect, query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { watchBuffers } from './support/watch-buffers.ts';

/** 32 MB + 2 · 32 MB. */
const LIMIT = 96_000_000;
let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

const copy = (around?: Partial<Surroundings>) => Promise.all([copying.dump(around), copying.restore(around)]);

test('the target is one moment of a source that is written all the while', async () => {
  // Large enough for chunks of their own, copied one after the other.
  copying = await prepareCopying(
    cluster,
    `CREATE TABLE debits (id int PRIMARY KEY, amount int, note text);
     CREATE TABLE credits (id int PRIMARY KEY, amount int, note text);
     INSERT INTO debits SELECT i, i, repeat('x', 300) FROM generate_series(1, 6000) i;
     INSERT INTO credits SELECT * FROM debits;`,
  );
  const writer = await connect(copying.source);
  let writing = true;
  let written = 0;
  const writes = (async () => {
    for (; writing; written++) {
      await writer.query(
        `BEGIN; INSERT INTO debits VALUES (${-written}, ${written}, 'new'); INSERT INTO credits VALUES (${-written}, ${written}, 'new');
         UPDATE debits SET amount = amount + 1 WHERE id = ${1 + (written % 6000)};
         UPDATE credits SET amount = amount + 1 WHERE id = ${1 + (written % 6000)};
         DELETE FROM debits WHERE id = ${-written + 50}; DELETE FROM credits WHERE id = ${-written + 50}; COMMIT`,
      );
    }
  })();
  try {
    await copy();
  } finally {
    writing = false;
    await writes;
  }
  expect(written).toBeGreaterThan(0);
  expect(compareManifests(await copying.manifest('dump'), await copying.manifest('restore')).differences).toEqual([]);
  // Every transaction wrote both tables alike: any mixture of moments would differ.
  expect(
    await query(
      copying.target,
      '(TABLE debits EXCEPT TABLE credits) UNION ALL (TABLE credits EXCEPT TABLE debits) LIMIT 5',
    ),
  ).toEqual([]);
});

test('rows of 20 MB and of text that only text can carry are copied in bounded memory', async () => {
  copying = await prepareCopying(
    cluster,
    `CREATE TABLE large (id int PRIMARY KEY, t text, b bytea);
     ALTER TABLE large ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL;
     INSERT INTO large SELECT i, repeat(md5(i::text), 300000), decode(repeat(md5(i::text), 700000), 'hex') FROM generate_series(1, 5) i;
     CREATE TYPE pair AS (a text, b text);
     CREATE TABLE composite (id int, p pair);
     INSERT INTO composite SELECT 1, ROW(repeat('ä', 5000000), NULL)::pair;`,
  );
  const buffers = watchBuffers(LIMIT);
  const [dumped] = await copy({ staging: copying.staging.between(buffers.look) });
  expect(dumped.bytes).toBeGreaterThan(100_000_000);
  expect(compareManifests(await copying.manifest('dump'), await copying.manifest('restore')).differences).toEqual([]);
  const plan = JSON.parse((await copying.staging.get('attempts/1/plan.json'))?.toString() ?? '');
  expect(plan.tables.map(({ name, format }: { name: string; format: string }) => [name, format]).sort()).toEqual([
    ['composite', 'text'],
    ['large', 'binary'],
  ]);
  // Parts take 32 MB (2 MiB · 4 a worker · 2 workers · 2 roles in this one process), a field of 11 MB at either end up to
  // 32 MB (as it arrives, put together, as it is sent), and rows more than 100 MB.
  expect(buffers.most()).toBeLessThan(LIMIT);
});
