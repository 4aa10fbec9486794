import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { keys } from '../../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fourChunks, prepareCopying } from '../support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
}, 30_000);
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
}, 30_000);
afterEach(() => copying.close());
afterAll(() => cluster?.close());

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
    await copying.dump();
    damage();
    await expect(copying.restore()).rejects.toMatchObject({ name: 'ChunkDamaged' });
    expect(await loaded()).toBe(0);
  });

  test('is refused when its mark cannot be read', async () => {
    await copying.dump();
    writeFileSync(copying.staging.path(keys.done(1, '000002')), '{"chunk":');
    await expect(copying.restore()).rejects.toMatchObject({ name: 'ChunkDamaged' });
    expect(await loaded()).toBe(0);
  });

  test('is refused when its mark tells another number of rows', async () => {
    await copying.dump();
    const mark = copying.staging.path(keys.done(1, '000002'));
    writeFileSync(mark, readFileSync(mark, 'utf8').replaceAll('"rows":4500', '"rows":4501'));
    await expect(copying.restore()).rejects.toMatchObject({
      name: 'ChunkDamaged',
      message: expect.stringMatching(/4500 rows/),
    });
    expect(await loaded()).toBe(0);
  });
});
