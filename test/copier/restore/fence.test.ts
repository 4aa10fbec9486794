import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WorkflowError } from '../../../lib/workflow/errors.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fastClockAfter, fence, fourChunks, prepareCopying } from '../support/copying.ts';

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

const tablesInTarget = async () =>
  (await query(copying.target, "SELECT FROM pg_tables WHERE schemaname = 'public'")).length;

describe('the fence', () => {
  test.each([
    ['another epoch', () => fence(copying.target, copying.input.run, 2)],
    ['another run', () => fence(copying.target, 'another-run', 1)],
    ['another state', () => fence(copying.target, copying.input.run, 1, 'closed')],
    ['nothing', () => query(copying.target, 'DROP SCHEMA passage CASCADE')],
  ])('lets nothing be written when it names %s', async (_, change) => {
    await copying.dump();
    await change();
    await expect(copying.restore()).rejects.toMatchObject({ name: 'Fenced' });
    expect(await tablesInTarget()).toBe(0);
  });

  test('stops a restore whose epoch ends in the middle: what follows is not written', async () => {
    await copying.dump();
    let opened = 0;
    let takenOver: Promise<unknown> | undefined;
    const staging = copying.staging.acting((what) => {
      if (what !== 'open' || ++opened !== 2) return;
      takenOver = Promise.resolve();
      throw new WorkflowError('ServiceUnavailable', 'S3 is away');
    });
    // The takeover comes while the worker waits for its second try.
    const clock = fastClockAfter(() => {
      takenOver = takenOver?.then(() => fence(copying.target, copying.input.run, 2));
      return takenOver;
    });
    await expect(copying.restore({ staging, clock }, { input: { workers: 1 } })).rejects.toMatchObject({
      name: 'Fenced',
    });
    expect(await query(copying.target, "SELECT chunk FROM passage.chunks WHERE chunk ~ '/0'")).toHaveLength(1);
    expect(await query(copying.target, "SELECT FROM pg_indexes WHERE tablename ~ '^t'")).toHaveLength(1);
  });
});

describe('a takeover', () => {
  test('waits for the chunk that is being loaded, so that nothing of the old epoch commits after it', async () => {
    await copying.dump();
    const attempts: unknown[] = [];
    const staging = copying.staging.acting(async (what) => {
      if (what !== 'open') return;
      const takeover = "SET lock_timeout = '100ms'; UPDATE passage.fence SET epoch = 2";
      attempts.push(await query(copying.target, takeover).catch((error: { code: string }) => error.code));
    });
    await copying.restore({ staging }, { input: { workers: 1 } });
    expect(attempts).toEqual(['55P03', '55P03', '55P03', '55P03']);
  });
});
