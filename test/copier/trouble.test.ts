import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { compareManifests } from '../../lib/copier/compare.ts';
import { dump } from '../../lib/copier/dump.ts';
import type { Clock, Surroundings } from '../../lib/copier/ports.ts';
import type { Database } from '../../lib/copier/postgres/session.ts';
import { restore } from '../../lib/copier/restore.ts';
import { keys } from '../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, fence, prepareCopying, realClock } from './copying.ts';
import { DirectoryStaging } from './directory-staging.ts';

/** Four tables that are large enough (1 MiB) for a chunk each. */
const fourChunks = [1, 2, 3, 4]
  .map(
    (at) => `CREATE TABLE t${at} (id int PRIMARY KEY, v text);
      INSERT INTO t${at} SELECT i, repeat(md5('${at}.' || i), 8) FROM generate_series(1, 4500) i;`,
  )
  .join('\n');

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
}, 30_000);
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
}, 30_000);
afterEach(() => copying.staging.remove());
afterAll(() => cluster?.close());

const dumpIt = (around: Partial<Surroundings> = {}, changes: Partial<Database> = {}) =>
  dump(copying.input, copying.database('source', changes), copying.around(around));
const restoreIt = (around: Partial<Surroundings> = {}, changes: Partial<Database> = {}) =>
  restore(copying.input, copying.database('target', changes), copying.around(around));
const tablesInTarget = async () =>
  (
    await query<{ n: number }>(copying.target, "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'")
  )[0]?.n;
const differences = async () =>
  compareManifests(await copying.manifest('dump'), await copying.manifest('restore')).differences;

/** Staging that lets a test act at the moment when an object is put, created or opened. */
function acting(act: (what: 'put' | 'create' | 'open', key: string) => Promise<void> | void): Partial<Surroundings> {
  const { staging } = copying;
  return {
    staging: {
      get: (key) => staging.get(key),
      list: (prefix) => staging.list(prefix),
      address: (key) => staging.address(key),
      put: async (key, body) => {
        await staging.put(key, body);
        await act('put', key);
      },
      create: async (key, body) => {
        const created = await staging.create(key, body);
        await act('create', key);
        return created;
      },
      open: async (key) => {
        await act('open', key);
        return await staging.open(key);
      },
    },
  };
}

describe('a staged chunk that is not what was dumped', () => {
  const chunk = () => copying.staging.path(keys.chunk(1, '000002'));
  const loaded = async () =>
    (
      await query<{ n: number }>(
        copying.target,
        "SELECT count(*)::int AS n FROM passage.chunks WHERE chunk LIKE '%/000002'",
      )
    )[0]?.n;

  test.each([
    [
      'altered in one byte',
      () => {
        const bytes = readFileSync(chunk());
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(chunk(), bytes);
      },
    ],
    ['truncated', () => truncateSync(chunk(), readFileSync(chunk()).length - 7)],
    ['lengthened', () => writeFileSync(chunk(), Buffer.concat([readFileSync(chunk()), Buffer.from('x')]))],
    ['missing', () => rmSync(chunk())],
    [
      'exchanged for another table’s',
      () => writeFileSync(chunk(), readFileSync(copying.staging.path(keys.chunk(1, '000001')))),
    ],
  ])('is refused when it is %s', async (_, damage) => {
    await dumpIt();
    damage();
    await expect(restoreIt()).rejects.toMatchObject({ name: 'ChunkDamaged' });
    expect(await loaded()).toBe(0);
  });

  test('is refused when its mark cannot be read', async () => {
    await dumpIt();
    writeFileSync(copying.staging.path(keys.done(1, '000002')), '{"chunk":');
    await expect(restoreIt()).rejects.toMatchObject({ name: 'ChunkDamaged' });
    expect(await loaded()).toBe(0);
  });

  test('is refused when its mark tells another number of rows', async () => {
    await dumpIt();
    const mark = copying.staging.path(keys.done(1, '000002'));
    writeFileSync(mark, readFileSync(mark, 'utf8').replaceAll('"rows":4500', '"rows":4501'));
    await expect(restoreIt()).rejects.toMatchObject({
      name: 'ChunkDamaged',
      message: expect.stringMatching(/4500 rows/),
    });
    expect(await loaded()).toBe(0);
  });
});

describe('the fence', () => {
  test.each([
    ['another epoch', () => fence(copying.target, copying.input.run, 2)],
    ['another run', () => fence(copying.target, 'another-run', 1)],
    ['another state', () => fence(copying.target, copying.input.run, 1, 'closed')],
    ['nothing', () => query(copying.target, 'DROP SCHEMA passage CASCADE')],
  ])('lets nothing be written when it names %s', async (_, change) => {
    await dumpIt();
    await change();
    await expect(restoreIt()).rejects.toMatchObject({ name: 'Fenced' });
    expect(await tablesInTarget()).toBe(0);
  });

  test('stops a restore whose epoch ends in the middle: what follows is not written', async () => {
    await dumpIt();
    let opened = 0;
    const around = acting(async (what) => {
      if (what !== 'open' || ++opened !== 2) return;
      // The chunk that is being opened holds the row; the takeover waits for it, the next chunk waits for neither.
      void fence(copying.target, copying.input.run, 2);
    });
    await expect(
      restore({ ...copying.input, workers: 1 }, copying.database('target'), copying.around(around)),
    ).rejects.toMatchObject({
      name: 'Fenced',
    });
    expect(await query(copying.target, "SELECT count(*)::int AS n FROM passage.chunks WHERE chunk ~ '/0'")).toEqual([
      { n: 2 },
    ]);
    expect(await query(copying.target, "SELECT count(*)::int AS n FROM pg_indexes WHERE tablename ~ '^t'")).not.toEqual(
      [{ n: 4 }],
    );
  });
});

describe('a takeover', () => {
  test('waits for the chunk that is being loaded, so that nothing of the old epoch commits after it', async () => {
    await dumpIt();
    const attempts: unknown[] = [];
    const around = acting(async (what) => {
      if (what !== 'open') return;
      const takeover = "SET lock_timeout = '100ms'; UPDATE passage.fence SET epoch = 2";
      attempts.push(await query(copying.target, takeover).catch((error: { code: string }) => error.code));
    });
    await restore({ ...copying.input, workers: 1 }, copying.database('target'), copying.around(around));
    expect(attempts).toEqual(['55P03', '55P03', '55P03', '55P03']);
  });
});

describe('a restore that is interrupted', () => {
  test('goes on where it was: every chunk exactly once', async () => {
    await dumpIt();
    const kill = new AbortController();
    const opened: string[] = [];
    const around = acting((what, key) => {
      if (what !== 'open') return;
      opened.push(key);
      if (opened.length === 3) kill.abort(new Error('killed'));
    });
    await expect(
      restore(
        { ...copying.input, workers: 1 },
        copying.database('target'),
        copying.around({ ...around, signal: kill.signal }),
      ),
    ).rejects.toThrow('killed');

    const restored = await restoreIt(around);
    expect(restored.rows).toBe(4 * 4500);
    expect(await differences()).toEqual([]);
    // Two were loaded, the third was opened twice.
    expect(opened).toHaveLength(5);
    expect(opened[2]).toBe(opened[3]);
  });

  test('may be started twice at once', async () => {
    await dumpIt();
    const both = await Promise.all([restoreIt(), restoreIt()]);
    expect(both.map(({ rows }) => rows)).toEqual([18_000, 18_000]);
    expect(await differences()).toEqual([]);
  });

  test('answers again when it was complete', async () => {
    await dumpIt();
    const first = await restoreIt();
    const second = await restoreIt();
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 });
  });
});

describe('a dump that is interrupted', () => {
  test('starts again under a new snapshot, and the restore with it', async () => {
    const kill = new AbortController();
    let marks = 0;
    const around = acting((what, key) => {
      if (what === 'put' && key.includes('/done/') && ++marks === 2) kill.abort(new Error('killed'));
    });
    const restoring = restoreIt();
    await expect(dumpIt({ ...around, signal: kill.signal })).rejects.toThrow('killed');
    await query(copying.source, 'INSERT INTO t1 VALUES (0, NULL); CREATE TABLE t5 (v int)');
    await dumpIt();
    expect((await restoring).rows).toBe(18_001);
    expect(await differences()).toEqual([]);
    expect((await copying.manifest('restore')).attempt).toBe(2);
  }, 30_000);

  test('answers from its manifest when it was complete', async () => {
    const first = await dumpIt();
    await query(copying.source, 'TRUNCATE t1');
    expect(await dumpIt()).toEqual(first);
  });
});

describe('a source whose tables change under the snapshot', () => {
  const changeOnce = (change: string, times = 1) => {
    let left = times;
    return acting(async (what, key) => {
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
    const dumped = await dumpIt(changeOnce(change));
    expect(dumped.rows).toBe(rows);
    expect((await copying.manifest('dump')).attempt).toBe(2);
  });

  test('is given up after three snapshots', async () => {
    await expect(dumpIt(changeOnce('TRUNCATE t3; INSERT INTO t3 VALUES (1)', 9))).rejects.toMatchObject({
      name: 'SourceKeepsChanging',
      message: expect.stringMatching(/"t3"/),
    });
    expect((await copying.staging.list(keys.attempts)).filter((key) => key.endsWith('plan.json'))).toHaveLength(3);
  });
});

test('a session that waits for the copier’s lock waits seconds, not for the whole chunk', async () => {
  const { staging } = copying;
  let altered: Promise<unknown> | undefined;
  const stalled: Surroundings['staging'] = {
    ...acting(() => {}).staging!,
    async put(key, body) {
      if (altered || !key.includes('/chunks/') || Buffer.isBuffer(body)) return await staging.put(key, body);
      // The copy has its lock, and goes on only when the ALTER that waits for it is through.
      altered = query(copying.source, 'ALTER TABLE t1 ADD CONSTRAINT c CHECK (id > 0)');
      const change = altered;
      await staging.put(
        key,
        (async function* () {
          for await (const part of body) {
            yield part;
            await change;
          }
        })(),
      );
    },
  };
  // A clock on which a second passes in 10 ms.
  const clock: Clock = { now: Date.now, sleep: (ms, signal) => realClock.sleep(ms / 100, signal) };
  const dumped = await dump(
    { ...copying.input, workers: 1 },
    copying.database('source'),
    copying.around({ staging: stalled, clock }),
  );
  await altered;
  expect(dumped.rows).toBe(18_000);
  expect((await copying.manifest('dump')).attempt).toBe(1);
  expect(copying.events.map(({ event }) => event)).toContain('stood aside for a waiting session');
}, 30_000);

describe('what cannot be reached or entered', () => {
  test.each([
    ['a wrong password at the source', () => dumpIt({}, { password: 'wrong' }), 'SourceLoginRefused'],
    ['a missing source database', () => dumpIt({}, { database: 'nowhere' }), 'SourceLoginRefused'],
    ['a closed port at the source', () => dumpIt({}, { port: 1 }), 'SourceUnreachable'],
    ['a source without TLS', () => dumpIt({}, { ssl: 'require' }), 'SourceUnreachable'],
    [
      'a wrong password at the target',
      () => dumpIt().then(() => restoreIt({}, { password: 'wrong' })),
      'TargetLoginRefused',
    ],
    ['a closed port at the target', () => dumpIt().then(() => restoreIt({}, { port: 1 })), 'TargetUnreachable'],
  ])('%s has a declared name and betrays no password', async (_, attempt, name) => {
    const error = await attempt().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name });
    expect(`${error?.message} ${JSON.stringify(copying.events)}`).not.toContain(copying.source.password);
    expect(error?.message).not.toContain('wrong');
  });

  test('a target that already holds something is refused', async () => {
    await query(copying.target, 'CREATE TABLE precious (v int)');
    await dumpIt();
    await expect(restoreIt()).rejects.toMatchObject({
      name: 'TargetNotEmpty',
      message: expect.stringMatching(/precious/),
    });
    expect(await query(copying.target, 'SELECT * FROM precious')).toEqual([]);
  });

  test('a dump that falls silent is given up after a minute of the clock', async () => {
    await dumpIt();
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
    await expect(restoreIt({ clock })).rejects.toMatchObject({ name: 'DumpAbandoned' });
    expect(now).toBeGreaterThan(60_000);
  });
});

test('a directory is a staging like any other: what fails halfway is not there', async () => {
  const staging = new DirectoryStaging();
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('broken');
  }
  await expect(staging.put('chunk', broken())).rejects.toThrow('broken');
  expect(await staging.list('')).toEqual([]);
  staging.remove();
});
