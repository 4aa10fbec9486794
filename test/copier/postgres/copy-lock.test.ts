import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fastClock, fourChunks, prepareCopying } from '../support/copying.ts';
import { DirectoryStaging } from '../support/directory-staging.ts';

let cluster: TestCluster;
let copying: Copying;
let elsewhere: DirectoryStaging;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
  elsewhere = new DirectoryStaging();
});
afterEach(async () => {
  await copying.close();
  elsewhere.remove();
});
afterAll(() => cluster?.close());

const another = `run-${randomBytes(4).toString('hex')}`;
const fromElsewhere = (lockKey = copying.input.lockKey) => ({
  input: { run: another, lockKey },
  database: { run: another },
});

test('a second dump of the same migration from elsewhere is refused, and names the first', async () => {
  const second = () =>
    expect(copying.dump({ staging: elsewhere, clock: fastClock }, fromElsewhere())).rejects.toMatchObject({
      name: 'CopyInProgress',
      message: expect.stringContaining(`passage/${copying.input.run}/1, session `),
    });
  expect(await copying.dump({ staging: copying.staging.inTheMiddle(second) })).toMatchObject({ rows: 18_000 });
  expect(await elsewhere.list('attempts/')).toEqual([]);
});

test('a dump into another target may run at the same time', async () => {
  const second = () => copying.dump({ staging: elsewhere }, fromElsewhere('another target'));
  expect(await copying.dump({ staging: copying.staging.inTheMiddle(second) })).toMatchObject({ rows: 18_000 });
  expect((await elsewhere.list('attempts/')).at(-1)).toBe('attempts/1/schema.dump');
});

test('a second restore from elsewhere is refused before it touches the target', async () => {
  await copying.dump();
  const second = () =>
    expect(copying.restore({ staging: elsewhere, clock: fastClock }, fromElsewhere())).rejects.toMatchObject({
      name: 'CopyInProgress',
    });
  expect(await copying.restore({ staging: copying.staging.inTheMiddle(second) })).toMatchObject({ rows: 18_000 });
});

test('a dump that was taken for lost stops when its successor has begun, and never takes back', async () => {
  let successor: Promise<unknown> | undefined;
  const staging = copying.staging.inTheMiddle(async () => {
    successor = copying.dump();
    await successor;
  });
  await expect(copying.dump({ staging, clock: fastClock })).rejects.toMatchObject({ name: 'CopyInProgress' });
  expect(await successor).toMatchObject({ rows: 18_000 });
  expect((await copying.manifest('dump')).attempt).toBe(2);
  expect((await copying.staging.list('attempts/')).filter((key) => key.endsWith('plan.json'))).toHaveLength(2);
});
