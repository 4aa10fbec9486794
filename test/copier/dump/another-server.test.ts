import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { openSession } from '../../../lib/copier/postgres/session.ts';
import { comparable, readHorizon, readOrigin } from '../../../lib/copier/postgres/snapshot.ts';
import { type Cluster, startCluster } from '../../../lib/local/postgres/cluster.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, prepareCopying, realClock } from '../support/copying.ts';
import { CHUNKS, eightChunks, killDump, reads } from '../support/interrupted.ts';

let cluster: TestCluster;
let restarted: Cluster | undefined;
let copying: Copying;
beforeAll(async () => {
  // As little as possible reaches the disk by itself: the log's writer comes only when it is woken.
  cluster = await startTestCluster({ settings: { wal_writer_delay: '1s', synchronous_commit: 'off' } });
});
afterEach(() => copying.close());
afterAll(async () => {
  await restarted?.stop();
  await cluster.close();
});

/** Where a snapshot that is taken now comes from. */
async function origin() {
  const { signal } = copying.around();
  const holder = await openSession(copying.database('source'), signal);
  const outside = await openSession(copying.database('source'), signal);
  try {
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const horizon = await readHorizon(holder);
    const inserted = await query<{ at: string }>(copying.source, 'SELECT pg_current_wal_insert_lsn()::text AS at');
    const found = await readOrigin(outside, horizon, realClock, signal);
    const { rows } = await outside.query<{ durable: boolean }>(
      'SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable',
      [inserted[0]?.at],
    );
    return { horizon, origin: found, durable: rows[0]?.durable };
  } finally {
    await Promise.all([holder.end(), outside.end()]);
  }
}

test('a snapshot counts only when all that it saw is on the disk', async () => {
  copying = await prepareCopying(cluster, 'CREATE TABLE t (v int)');
  await query(copying.source, 'INSERT INTO t SELECT generate_series(1, 1000)');
  const found = await origin();
  expect(found).toMatchObject({ durable: true, origin: { xmin: found.horizon.xmin } });
});

test('the same server is recognized, and transaction ids are compared only within half of their circle', async () => {
  copying = await prepareCopying(cluster, '');
  const [first, second] = [await origin(), await origin()];
  expect(comparable(first.origin, second.origin, second.horizon)).toBe(true);
  const later = { ...second.horizon, xmax: String(BigInt(first.horizon.xmin) + 2n ** 30n) };
  expect(comparable(first.origin, second.origin, later)).toBe(false);
  expect(comparable(undefined, second.origin, second.horizon)).toBe(false);
  expect(comparable(first.origin, { xmin: '3', server: 'another' }, second.horizon)).toBe(false);
});

test('after a restart of the server nothing is kept', async () => {
  copying = await prepareCopying(cluster, eightChunks);
  await killDump(copying, 4);
  await cluster.stop();
  restarted = await startCluster({ directory: cluster.directory, name: 'test', durable: false, port: cluster.port });
  const { read, staging } = reads(copying);
  await copying.dump({ staging });
  expect(read).toHaveLength(CHUNKS);
  expect((await copying.manifest('dump')).incidents).toEqual([
    'The dump was interrupted after 4 of 8 chunks; the dump started again under a new snapshot: the server was restarted or is another one.',
  ]);
  await copying.restore();
  expect(await copying.differences()).toEqual([]);
});
