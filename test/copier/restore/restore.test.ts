import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../lib/copier/ports.ts';
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

describe('a restore that is interrupted', () => {
  test('goes on where it was: every chunk exactly once', async () => {
    await copying.dump();
    const kill = new AbortController();
    const opened: string[] = [];
    const staging = copying.staging.acting((what, key) => {
      if (what !== 'open') return;
      opened.push(key);
      if (opened.length === 3) kill.abort(new Error('killed'));
    });
    await expect(copying.restore({ staging, signal: kill.signal }, { input: { workers: 1 } })).rejects.toThrow(
      'killed',
    );

    const restored = await copying.restore({ staging }, { input: { workers: 1 } });
    expect(restored.rows).toBe(4 * 4500);
    expect(await copying.differences()).toEqual([]);
    // Two were loaded, the third was opened twice.
    expect(opened).toHaveLength(5);
    expect(opened[2]).toBe(opened[3]);
  });

  test('goes on by itself when it loses all its sessions', async () => {
    await copying.dump();
    let opened = 0;
    const staging = copying.staging.acting(async (what) => {
      if (what === 'open' && ++opened === 2) await endSessions(copying.target);
    });
    const restored = await copying.restore({ staging, clock: fastClock });
    expect(restored.rows).toBe(18_000);
    expect(await copying.differences()).toEqual([]);
    expect(copying.events.map(({ event }) => event)).toContain('tried again');
  });

  test('started twice, goes on in the one that was started last', async () => {
    await copying.dump();
    let second: Promise<unknown> | undefined;
    const staging = copying.staging.acting(async (what) => {
      if (what !== 'open') return;
      second ??= copying.restore();
      await second;
    });
    const first = copying.restore({ staging, clock: fastClock });
    await expect(first).rejects.toMatchObject({ name: 'CopyInProgress' });
    expect(await second).toMatchObject({ rows: 18_000 });
    expect(await copying.differences()).toEqual([]);
  });

  test('answers again when it was complete', async () => {
    await copying.dump();
    const first = await copying.restore();
    const second = await copying.restore();
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 });
  });
});

test('a target that already holds something is refused', async () => {
  await query(copying.target, 'CREATE TABLE precious (v int)');
  await copying.dump();
  await expect(copying.restore()).rejects.toMatchObject({
    name: 'TargetNotEmpty',
    message: expect.stringMatching(/precious/),
  });
  expect(await query(copying.target, 'SELECT * FROM precious')).toEqual([]);
});

test('a dump that falls silent is given up when all its tries are over', async () => {
  await copying.dump();
  rmSync(copying.staging.path(keys.done(1, '000002')));
  rmSync(copying.staging.path(keys.manifest(1)));
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
      await new Promise(setImmediate);
    },
  };
  await expect(copying.restore({ clock })).rejects.toMatchObject({ name: 'DumpAbandoned' });
  expect(now).toBeGreaterThan((45 + 90 + 180 + 360) * 1000);
});
