import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LagFollower } from '../../../lib/copier/dump/source-load.ts';
import type { Surroundings } from '../../../lib/copier/ports.ts';
import { WorkerProgress } from '../../../lib/copier/staged.ts';
import { connect, createLogin, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { startTestStandby, type TestStandby } from '../../support/standby.ts';
import { until } from '../../support/until.ts';
import {
  type Copying,
  fastClock,
  fourChunks,
  prepareCopying,
  type RoleOptions,
  tableLocks,
} from '../support/copying.ts';

let cluster: TestCluster;
let standby: TestStandby;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
  standby = await startTestStandby(cluster);
});
afterEach(() => copying?.close());
afterAll(async () => {
  await standby?.close();
  await cluster?.close();
});

const said = (event: string) => copying.events.filter((each) => each.event === event);
const phase = async () => {
  const progress = await copying.staging.get('progress/dump.json');
  return progress ? WorkerProgress.parse(JSON.parse(progress.toString())).phase : '';
};
const chunks = async () => (await copying.staging.list('attempts/1/done/')).length;

describe('a standby’s lag', () => {
  test('is counted from when there was something that it has not replayed', () => {
    const follower = new LagFollower();
    expect(follower.lag({ written: 100, replayed: 100, lag: 0 }, 0)).toBe(0);
    expect(follower.lag({ written: 200, replayed: 100, lag: 0 }, 1000)).toBe(0);
    expect(follower.lag({ written: 300, replayed: 100, lag: 0 }, 2000)).toBe(1);
    expect(follower.lag({ written: 400, replayed: 100, lag: 0 }, 9000)).toBe(8);
    // It has what was written at 1 s, but not what was at 2 s.
    expect(follower.lag({ written: 400, replayed: 250, lag: 0 }, 10_000)).toBe(8);
    // As far as at 9 s: nothing is missing that was there at an earlier look.
    expect(follower.lag({ written: 500, replayed: 400, lag: 0 }, 10_500)).toBe(0);
  });

  test('is what the server says where that is more, and nothing once all is replayed', () => {
    const follower = new LagFollower();
    expect(follower.lag({ written: 200, replayed: 100, lag: 3600 }, 0)).toBe(3600);
    // PostgreSQL goes on telling its last figure for up to 10 s.
    expect(follower.lag({ written: 200, replayed: 200, lag: 3600 }, 1000)).toBe(0);
  });
});

describe('while a standby does not replay', () => {
  const lagging = async () => {
    copying = await prepareCopying(cluster, fourChunks);
    await standby.replay(false);
    await query(copying.source, 'INSERT INTO t1 VALUES (0, NULL)');
  };

  test('a dump is paused, says so, and goes on when the standby does', async () => {
    await lagging();
    try {
      // No chunk is complete before the standby is seen to be late.
      const staging = copying.staging.between(() => until(() => said('paused').length > 0));
      const dumping = copying.dump({ staging }, { input: { workers: 1, throttle: { maxReplicaLagSeconds: 1 } } });
      await until(async () => /^paused: replica lag \d+ s$/.test(await phase()));
      expect(said('paused').at(-1)?.why).toMatch(/^replica lag ([2-9]|\d\d+) s$/);
      await standby.replay(true);
      expect((await dumping).rows).toBe(18_001);
    } finally {
      await standby.replay(true);
    }
    // However often a standby of a busy machine is late by itself.
    const pauses = copying.events.map(({ event }) => event).filter((event) => ['paused', 'goes on'].includes(event));
    expect(pauses.slice(0, 2)).toEqual(['paused', 'goes on']);
    expect((await copying.manifest('dump')).incidents).toEqual([
      expect.stringMatching(/^The dump was paused for \d+\.\d s by replica lag at the source\.$/),
    ]);
  });

  test('a dump without that limit does not care', async () => {
    await lagging();
    try {
      expect((await copying.dump({}, { input: { throttle: { maxLockWaits: 0 } } })).rows).toBe(18_001);
    } finally {
      await standby.replay(true);
    }
    expect(said('paused')).toEqual([]);
  });

  test('a login that may not see it says so, and copies', async () => {
    await lagging();
    try {
      const blind = await createLogin(cluster, 'blind', { database: copying.source.database });
      await query(copying.source, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO blind');
      await copying.dump({}, { database: blind, input: { throttle: { maxReplicaLagSeconds: 1 } } });
    } finally {
      await standby.replay(true);
    }
    expect((await copying.manifest('dump')).incidents).toEqual([expect.stringMatching(/"blind".*pg_monitor/)]);
  });
});

describe('while sessions of the source wait for locks', () => {
  /** `waiting` sessions want what another one holds; the copy has nothing to do with it. */
  const crowd = async (waiting: number) => {
    const application = await connect(copying.source);
    await application.query('BEGIN; UPDATE busy SET id = 2');
    const waiters = Array.from({ length: waiting }, () => query(copying.source, 'UPDATE busy SET id = 3'));
    await until(async () => {
      const rows = await query(copying.source, 'SELECT DISTINCT pid FROM pg_locks WHERE NOT granted');
      return rows.length === waiting;
    });
    return async () => {
      await application.query('COMMIT');
      await Promise.all(waiters);
    };
  };
  beforeEach(async () => {
    copying = await prepareCopying(
      cluster,
      `CREATE TABLE busy (id int); INSERT INTO busy VALUES (1);
       CREATE TABLE large (v text); ALTER TABLE large ALTER v SET STORAGE EXTERNAL;
       INSERT INTO large SELECT repeat('x', 100000) FROM generate_series(1, 150)`,
    );
  });
  const limited = (around: Partial<Surroundings>, options: RoleOptions = {}) =>
    copying.dump(around, { ...options, input: { throttle: { maxLockWaits: 1 }, ...options.input } });

  test('a dump copies nothing while more wait than it may be, and goes on after', async () => {
    const disperse = await crowd(2);
    const dumping = limited({});
    await until(async () => (await phase()) === 'paused: 2 sessions wait for locks');
    expect(await chunks()).toBe(0);
    await disperse();
    expect((await dumping).rows).toBe(151);
  });

  test('as many as allowed are no reason', async () => {
    const disperse = await crowd(1);
    expect((await limited({})).rows).toBe(151);
    expect(said('paused')).toEqual([]);
    await disperse();
  });

  test('a chunk under way lets go of its table, and is copied after the pause', async () => {
    let disperse: (() => Promise<void>) | undefined;
    const staging = copying.staging.between(async () => {
      disperse ??= await crowd(2);
      await until(() => said('paused').length > 0);
    });
    const dumping = limited({ staging, clock: fastClock }, { input: { workers: 1 } });
    await until(() => said('chunk put back').length > 0);
    expect(said('chunk put back')).toMatchObject([{ reason: '2 sessions wait for locks' }]);
    // Its session, which was in the middle of a COPY, is gone a little after it was closed.
    await until(async () => (await tableLocks(copying.source)).length === 0);
    await disperse?.();
    expect((await dumping).rows).toBe(151);
    expect(said('paused')).toHaveLength(1);
  });
});
