import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { Superseded } from '../../../lib/copier/postgres/fence.ts';
import { openSession } from '../../../lib/copier/postgres/session.ts';
import { loadChunk } from '../../../lib/copier/restore/load-chunk.ts';
import { takePossession } from '../../../lib/copier/restore/take-possession.ts';
import { unseal } from '../../../lib/copier/sealed.ts';
import { DoneMark, keys, Plan } from '../../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { type Copying, prepareCopying } from '../support/copying.ts';
import { CHUNKS, contents, eightChunks, forget, killDump, killRestore } from '../support/interrupted.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

const read = async <S extends z.ZodType>(schema: S, key: string): Promise<z.output<S>> =>
  unseal(schema, (await copying.staging.get(key)) ?? '', key);
const incidents = async () => (await copying.manifest('restore')).incidents;

/** Chunks that a restore opens, while it ends the copy. */
async function finish(): Promise<string[]> {
  const opened: string[] = [];
  const staging = copying.staging.acting((what, key) => {
    if (what === 'open') opened.push(key);
  });
  await copying.restore({ staging });
  expect(await copying.differences()).toEqual([]);
  expect(await contents(copying.target)).toEqual(await contents(copying.source));
  return opened.sort();
}

describe('a restore that follows a dump which had to go on', () => {
  const loadAllButOne = async () => {
    copying = await prepareCopying(cluster, eightChunks);
    await killDump(copying, CHUNKS);
    await forget(copying, 1, '000001');
    await killRestore(copying, CHUNKS - 1);
  };

  test('loads nothing twice when nothing changed', async () => {
    await loadAllButOne();
    await copying.dump();
    expect(await finish()).toEqual(['attempts/2/chunks/000001-2']);
    expect(await incidents()).toEqual(['The restore was interrupted; 7 of 8 chunks were already loaded.']);
  });

  test.each([
    ['a table', 'UPDATE t6 SET v = v || v WHERE id < 9'],
    ['a bundle', "INSERT INTO parted VALUES (77, 'x'); DELETE FROM tiny WHERE id = 3; UPDATE small SET v = 'y'"],
    ['large objects', "SELECT lo_unlink(4711), lo_put(4712, 0, 'SEC'), lo_create(5000)"],
  ])('loads %s again that changed, and keeps the rest', async (_, change) => {
    await loadAllButOne();
    await query(copying.source, change);
    await copying.dump();
    const opened = await finish();
    expect(opened).toHaveLength(2);
    expect(opened[0]).toBe('attempts/2/chunks/000001-2');
    expect(await incidents()).toContainEqual(
      '1 loaded chunks had changed at the source: their tables were emptied to be loaded again, and 6 of 8 chunks were already loaded.',
    );
    // What was built stays: every table has its index once.
    expect(await query(copying.target, "SELECT FROM pg_indexes WHERE tablename ~ '^t[1-6]$'")).toHaveLength(6);
  });

  test('begins again when it had come as far as foreign keys', async () => {
    copying = await prepareCopying(cluster, eightChunks);
    await killDump(copying, CHUNKS);
    await killRestore(copying, CHUNKS);
    const kill = new AbortController();
    const restoring = copying.restore({ signal: kill.signal });
    restoring.catch(() => {});
    await until(async () => (await query(copying.target, "SELECT FROM passage.chunks WHERE chunk ~ '/late '")).length);
    kill.abort(new Error('killed'));
    await expect(restoring).rejects.toThrow('killed');
    await query(copying.source, 'UPDATE small SET v = NULL');
    await copying.dump();
    expect(await finish()).toHaveLength(CHUNKS);
    expect(await incidents()).toContainEqual('The target was emptied: it held the rows of an earlier snapshot.');
  });
});

describe('a worker of an earlier attempt', () => {
  test('writes nothing once a later one has taken possession, and is waited for before', async () => {
    copying = await prepareCopying(cluster, eightChunks);
    await copying.dump();
    await killRestore(copying, 1);
    const first = await read(Plan, keys.plan(1));
    const second = { ...first, attempt: 2 };
    const zombie = await openSession(copying.database('target'), copying.around().signal);
    const successor = await openSession(copying.database('target'), copying.around().signal);
    const { run, epoch } = copying.input;
    const writer = { run, epoch, plan: first.id, attempt: 1 };
    try {
      // Its transaction has begun: the takeover waits for its end.
      await zombie.query('BEGIN');
      await zombie.query("SELECT FROM passage.chunks WHERE chunk ~ 'possession' FOR SHARE");
      let taken = false;
      const taking = takePossession(successor, writer, second).then((possession) => {
        taken = true;
        return possession;
      });
      await until(async () => (await query(copying.target, 'SELECT FROM pg_locks WHERE NOT granted')).length);
      expect(taken).toBe(false);
      await zombie.query('COMMIT');
      expect(await taking).toMatchObject({ emptied: false, outdated: 0 });
      for (const { id } of first.chunks) {
        const mark = await read(DoneMark, keys.done(1, id));
        await expect(loadChunk(zombie, writer, copying.staging, first, mark)).rejects.toBeInstanceOf(Superseded);
        await zombie.query('ROLLBACK');
      }
      await expect(takePossession(zombie, writer, first)).rejects.toBeInstanceOf(Superseded);
    } finally {
      await Promise.all([zombie.end(), successor.end()]);
    }
  });
});

test.each(['creating tables', 'loading', 'finishing', 'measuring'])(
  'a restore that is killed while %s goes on',
  async (phase) => {
    copying = await prepareCopying(cluster, eightChunks);
    await copying.dump();
    const kill = new AbortController();
    const around = copying.around();
    const log = (event: string, fields?: Readonly<Record<string, unknown>>) => {
      around.log(event, fields);
      if (event === 'phase' && fields?.phase === phase) kill.abort(new Error('killed'));
    };
    await expect(copying.restore({ log, signal: kill.signal })).rejects.toThrow('killed');
    await finish();
    expect(await incidents()).toEqual([expect.stringMatching(/^The restore was interrupted; \d of 8 chunks/)]);
  },
);
