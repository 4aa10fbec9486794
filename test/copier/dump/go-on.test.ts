import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { unseal } from '../../../lib/copier/sealed.ts';
import { keys, Plan } from '../../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, endSessions, fastClock, prepareCopying } from '../support/copying.ts';
import { CHUNKS, contents, eightChunks, killDump, ROWS, reads } from '../support/interrupted.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

const killAfter = (chunks: number) => killDump(copying, chunks);
const reading = () => reads(copying);
const plan = async (attempt: number) =>
  unseal(Plan, (await copying.staging.get(keys.plan(attempt))) ?? Buffer.alloc(0), 'plan');
const incidents = async () => (await copying.manifest('dump')).incidents;

async function expectEqual(): Promise<void> {
  await copying.restore();
  expect(await copying.differences()).toEqual([]);
  expect(await contents(copying.target)).toEqual(await contents(copying.source));
}

describe('a dump that is killed while the source stands still', () => {
  test.each([2, 4, 6])('after %d of 8 chunks reads none of them again', async (done) => {
    copying = await prepareCopying(cluster, eightChunks);
    await killAfter(done);
    const { read, staging } = reading();
    const dumped = await copying.dump({ staging });
    expect(read).toHaveLength(CHUNKS - done);
    expect(dumped.rows).toBe(ROWS);
    expect((await plan(2)).id).toBe((await plan(1)).id);
    expect(await incidents()).toEqual([
      `The dump was interrupted after ${done} of 8 chunks; the dump went on under a new snapshot and kept ${done} of them.`,
    ]);
    await expectEqual();
  });

  test('again and again ends as if nothing had happened', async () => {
    copying = await prepareCopying(cluster, eightChunks);
    await killAfter(2);
    await killAfter(2);
    await killAfter(2);
    const { read, staging } = reading();
    await copying.dump({ staging });
    expect(read).toHaveLength(CHUNKS - 6);
    expect((await copying.manifest('dump')).attempt).toBe(4);
    expect(await incidents()).toHaveLength(3);
    await expectEqual();
  });

  test('and loses the session that holds its snapshot goes on as well', async () => {
    copying = await prepareCopying(cluster, eightChunks);
    let chunks = 0;
    const { read, staging } = reading();
    const losing = copying.staging.acting(async (what, key) => {
      if (what !== 'put' || !key.includes('/chunks/') || ++chunks !== 5) return;
      await endSessions(copying.source, `pid = ${copying.events.find(({ session }) => session)?.session}`);
    });
    await copying.dump({ staging: { ...staging, put: losing.put }, clock: fastClock }, { input: { workers: 1 } });
    expect(read).toEqual([]);
    // The fifth is complete or not when the loss is noticed.
    expect(chunks).toBeLessThanOrEqual(CHUNKS + 1);
    expect((await incidents())[0]).toMatch(
      /^The session that held the snapshot was lost after [45] of 8 chunks; the dump went on .* kept [45] of them\.$/,
    );
    await expectEqual();
  });
});

/** Figures that follow from a seed: the same property, the same rows each time. */
function figures(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** What an application may do to a table, with a few rows of it. */
const changes = [
  (table: string, id: number) => `UPDATE ${table} SET v = v WHERE id = ${id}`,
  (table: string, id: number) => `UPDATE ${table} SET v = v || 'longer' WHERE id BETWEEN ${id} AND ${id + 40}`,
  (table: string, id: number) => `DELETE FROM ${table} WHERE id BETWEEN ${id} AND ${id + 3}`,
  (table: string, id: number) => `INSERT INTO ${table} VALUES (${10_000 + id}, 'new')`,
  // As many rows as before, in the room of those that are gone.
  (table: string, id: number) =>
    `DELETE FROM ${table} WHERE id = ${id}; INSERT INTO ${table} SELECT ${20_000 + id}, 'other' WHERE NOT EXISTS (SELECT FROM ${table} WHERE id = ${id})`,
  (table: string, id: number) => `BEGIN; DELETE FROM ${table} WHERE id > ${id}; ROLLBACK`,
  (table: string, id: number) =>
    `BEGIN; SAVEPOINT s; UPDATE ${table} SET v = 'inner' WHERE id = ${id}; RELEASE s; COMMIT`,
  (table: string) => `VACUUM (FREEZE) ${table}`,
];

describe('a dump that is killed while the source is written', () => {
  test.each([11, 22, 33, 44])('has the state of its last snapshot, whatever was written (%d)', async (seed) => {
    copying = await prepareCopying(cluster, eightChunks);
    const figure = figures(seed);
    const restoring = figure(2) ? copying.restore() : undefined;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await killAfter(1 + figure(2));
      for (let change = figure(4); change > 0; change -= 1) {
        const table = `t${1 + figure(6)}`;
        const make = changes[figure(changes.length)] as (typeof changes)[number];
        await query(copying.source, make(table, 1 + figure(4000)));
      }
    }
    const { read, staging } = reading();
    await copying.dump({ staging });
    await (restoring ?? copying.restore());
    expect(await copying.differences()).toEqual([]);
    expect(await contents(copying.target)).toEqual(await contents(copying.source));
    // What nobody touched was not read twice.
    expect(read.length).toBeLessThan(CHUNKS);
    expect((await plan(4)).id).toBe((await plan(1)).id);
  });

  test.each([
    ['a row is updated', 'UPDATE t1 SET v = v WHERE id = 7', 1],
    ['a row is deleted', 'DELETE FROM t1 WHERE id = 7', 1],
    ['a row is inserted', "INSERT INTO t1 VALUES (0, 'new')", 1],
    ['a row of a bundle is updated', 'UPDATE tiny SET small = 1 WHERE id = 7', 1],
    ['a large object is written', "SELECT lo_put(4711, 0, 'F')", 1],
    ['a large object is made', "SELECT lo_from_bytea(5000, 'third')", 1],
    ['a large object is removed', 'SELECT lo_unlink(4712)', 1],
    ['a change is rolled back', 'BEGIN; UPDATE t1 SET v = NULL; ROLLBACK', 0],
    ['tables are vacuumed and analyzed', 'VACUUM FREEZE t1', 0],
  ])('copies only that chunk again when %s', async (_, change, chunks) => {
    copying = await prepareCopying(cluster, eightChunks);
    const restoring = copying.restore();
    await killAfter(CHUNKS);
    await query(copying.source, change);
    const { read, staging } = reading();
    await copying.dump({ staging });
    expect(read).toHaveLength(chunks);
    await restoring;
    expect(await copying.differences()).toEqual([]);
    expect(await contents(copying.target)).toEqual(await contents(copying.source));
  });

  test('finds large objects where there were none', async () => {
    copying = await prepareCopying(cluster, `${eightChunks}; SELECT lo_unlink(4711), lo_unlink(4712)`);
    await killAfter(3);
    await query(copying.source, "SELECT lo_from_bytea(9000, 'late')");
    await copying.dump();
    expect((await plan(2)).id).toBe((await plan(1)).id);
    await expectEqual();
  });
});

describe('an attempt goes on with nothing of another server or schema', () => {
  const readsAll = async (why: RegExp) => {
    const { read, staging } = reading();
    await copying.dump({ staging });
    const second = await plan(2);
    expect(second.id).not.toBe((await plan(1)).id);
    expect(read).toHaveLength(second.chunks.length);
    expect(await incidents()).toEqual([expect.stringMatching(why)]);
    expect((await incidents())[0]).toContain('started again under a new snapshot');
    await copying.restore();
    expect(await copying.differences()).toEqual([]);
  };

  test.each([
    ['truncated', 'TRUNCATE t1'],
    ['rewritten, with the same rows on the same pages', 'VACUUM FULL t1'],
    ['given a column', 'ALTER TABLE t1 ADD c int'],
    ['renamed', 'ALTER TABLE t1 RENAME TO renamed'],
    ['dropped', 'DROP TABLE t1'],
  ])('when a table was %s', async (_, change) => {
    copying = await prepareCopying(cluster, eightChunks);
    await killAfter(4);
    await query(copying.source, change);
    await readsAll(/table "public"."t1" was altered, truncated, renamed or dropped/);
  });

  test.each([
    ['a table was created', 'CREATE TABLE t7 (id int)', /there are new tables/],
    ['a sequence was created', 'CREATE SEQUENCE s', /the sequences are not the same/],
    ['an index was created', 'CREATE INDEX ON t1 (v)', /the schema is not the same/],
    ['a view was created', 'CREATE VIEW seen AS SELECT 1 AS one', /the schema is not the same/],
  ])('when %s', async (_, change, why) => {
    copying = await prepareCopying(cluster, eightChunks);
    await killAfter(CHUNKS);
    await query(copying.source, change);
    await readsAll(why);
  });

  test('but temporary tables, and what is run on the source, are no other schema', async () => {
    copying = await prepareCopying(cluster, eightChunks);
    await killAfter(CHUNKS);
    await query(copying.source, 'CREATE TEMPORARY TABLE passing (id int)');
    await copying.dump();
    expect((await plan(2)).id).toBe((await plan(1)).id);
  });
});
