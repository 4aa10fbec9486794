import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { keys } from '../../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, endSessions, fastClock, fourChunks, prepareCopying } from '../support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

describe('a dump that is interrupted', () => {
  test('starts again under a new snapshot, and the restore with it', async () => {
    const kill = new AbortController();
    let marks = 0;
    const staging = copying.staging.acting((what, key) => {
      if (what === 'put' && key.includes('/done/') && ++marks === 2) kill.abort(new Error('killed'));
    });
    const restoring = copying.restore();
    await expect(copying.dump({ staging, signal: kill.signal })).rejects.toThrow('killed');
    await query(copying.source, 'INSERT INTO t1 VALUES (0, NULL); CREATE TABLE t5 (v int)');
    await copying.dump();
    expect((await restoring).rows).toBe(18_001);
    expect(await copying.differences()).toEqual([]);
    expect((await copying.manifest('restore')).attempt).toBe(2);
  });

  test('answers from its manifest when it was complete', async () => {
    const first = await copying.dump();
    await query(copying.source, 'TRUNCATE t1');
    expect(await copying.dump()).toEqual(first);
  });
});

describe('a dump that loses its sessions', () => {
  const losing = (sessions: (holder: unknown) => string) => {
    let chunks = 0;
    return copying.staging.acting(async (what, key) => {
      if (what !== 'put' || !key.includes('/chunks/') || ++chunks !== 2) return;
      const exported = copying.events.find(({ event }) => event === 'snapshot exported');
      await endSessions(copying.source, sessions(exported?.session));
    });
  };

  test('goes on under its snapshot while the session that holds it lives', async () => {
    const dumped = await copying.dump({ staging: losing((holder) => `pid <> ${holder}`), clock: fastClock });
    expect(dumped.rows).toBe(18_000);
    expect((await copying.manifest('dump')).attempt).toBe(1);
    expect(copying.events.map(({ event }) => event)).toContain('tried again');
  });

  test('starts again under a new snapshot when that one is lost', async () => {
    const dumped = await copying.dump({ staging: losing((holder) => `pid = ${holder}`), clock: fastClock });
    expect(dumped.rows).toBe(18_000);
    expect((await copying.manifest('dump')).attempt).toBe(2);
  });
});

describe('a source whose tables change under the snapshot', () => {
  const changeOnce = (change: string, times = 1) => {
    let left = times;
    return copying.staging.acting(async (what, key) => {
      if (what === 'create' && key.endsWith('plan.json') && left-- > 0) await query(copying.source, change);
    });
  };

  test.each([
    ['truncated', 'TRUNCATE t3', 13_500],
    ['rewritten', 'ALTER TABLE t3 ALTER v TYPE varchar(500) USING upper(v)', 18_000],
    [
      'exchanged by renames',
      'ALTER TABLE t3 RENAME TO x; ALTER TABLE t2 RENAME TO t3; ALTER TABLE x RENAME TO t2',
      18_000,
    ],
    ['dropped', 'DROP TABLE t3', 13_500],
    ['given a column', 'ALTER TABLE t3 ADD c int', 18_000],
    ['cut in width', 'ALTER TABLE t3 DROP v', 18_000],
  ])('is copied anew when one was %s', async (_, change, rows) => {
    const dumped = await copying.dump({ staging: changeOnce(change) });
    expect(dumped.rows).toBe(rows);
    expect((await copying.manifest('dump')).attempt).toBe(2);
  });

  test('may get new tables and sequences: the copy has those of its snapshot', async () => {
    const dumped = await copying.dump({
      staging: changeOnce(
        'CREATE TABLE new (id serial); CREATE SEQUENCE free; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one',
      ),
    });
    expect(dumped).toMatchObject({ tables: 4, rows: 18_000 });
    await copying.restore();
    expect(await copying.differences()).toEqual([]);
    expect((await copying.manifest('dump')).attempt).toBe(1);
  });

  test('is copied anew when a sequence was dropped', async () => {
    await query(copying.source, 'CREATE SEQUENCE gone');
    await copying.dump({ staging: changeOnce('DROP SEQUENCE gone') });
    expect((await copying.manifest('dump')).attempt).toBe(2);
  });

  test('is given up after three snapshots', async () => {
    await expect(
      copying.dump({ staging: changeOnce('TRUNCATE t3; INSERT INTO t3 VALUES (1)', 9) }),
    ).rejects.toMatchObject({
      name: 'SourceKeepsChanging',
      message: expect.stringMatching(/"t3"/),
    });
    expect((await copying.staging.list(keys.attempts)).filter((key) => key.endsWith('plan.json'))).toHaveLength(3);
  });
});

test('a session that waits for the copier’s lock waits seconds, not for the whole chunk', async () => {
  // The copy has its lock, and goes on only when the ALTER that waits for it is through.
  const staging = copying.staging.inTheMiddle(() =>
    query(copying.source, 'ALTER TABLE t1 ADD CONSTRAINT c CHECK (id > 0)'),
  );
  const dumped = await copying.dump({ staging, clock: fastClock }, { input: { workers: 1 } });
  expect(dumped.rows).toBe(18_000);
  expect((await copying.manifest('dump')).attempt).toBe(1);
  expect(copying.events.map(({ event }) => event)).toContain('stood aside for a waiting session');
});
