import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { seal, sealBytes, unseal } from '../../../lib/copier/sealed.ts';
import { DoneMark, keys } from '../../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fourChunks, prepareCopying } from '../support/copying.ts';

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
    [
      'of another run, as long as its own',
      () => {
        // Bytes that decompress well, but are no more the ones that were staged.
        const bytes = readFileSync(chunk());
        const other = Buffer.concat([zstdCompressSync(Buffer.from('of another run')), Buffer.alloc(bytes.length)]);
        writeFileSync(chunk(), other.subarray(0, bytes.length));
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

  const mark = () => copying.staging.path(keys.done(1, '000002'));
  const resealed = (change: (mark: DoneMark) => void) => {
    const read = unseal(DoneMark, readFileSync(mark()), 'mark');
    change(read);
    writeFileSync(mark(), seal(read));
  };

  test.each([
    ['cannot be read', () => writeFileSync(mark(), '{"chunk":'), /done\/000002\.json: it is cut off/],
    [
      'was altered',
      () => writeFileSync(mark(), readFileSync(mark(), 'utf8').replaceAll('"rows":4500', '"rows":4501')),
      /its checksum differs/,
    ],
    ['is of another run', () => resealed((read) => Object.assign(read, { plan: 'other' })), /belongs to plan other/],
    [
      'is another chunk’s',
      () => copyFileSync(copying.staging.path(keys.done(1, '000001')), mark()),
      /marks chunk 000001/,
    ],
    [
      'tells of another table',
      () => resealed(({ pieces }) => Object.assign(pieces[0] as object, { table: 0 })),
      /other tables than the plan says/,
    ],
  ])('is refused when its mark %s', async (_, damage, message) => {
    await copying.dump();
    damage();
    await expect(copying.restore()).rejects.toMatchObject({
      name: 'ChunkDamaged',
      message: expect.stringMatching(message),
    });
    expect(await loaded()).toBe(0);
  });

  test('is refused when it was swapped with another, marks and all', async () => {
    await copying.dump();
    const swap = (a: string, b: string) => {
      const [first, second] = [readFileSync(a), readFileSync(b)];
      writeFileSync(a, second);
      writeFileSync(b, first);
    };
    swap(chunk(), copying.staging.path(keys.chunk(1, '000001')));
    swap(mark(), copying.staging.path(keys.done(1, '000001')));
    await expect(copying.restore()).rejects.toMatchObject({ name: 'ChunkDamaged' });
    expect(await loaded()).toBe(0);
  });

  test('is refused when its mark tells another number of rows', async () => {
    await copying.dump();
    resealed((read) => {
      read.rows = 4501;
      for (const piece of read.pieces) piece.rows = 4501;
    });
    await expect(copying.restore()).rejects.toMatchObject({
      name: 'ChunkDamaged',
      message: expect.stringMatching(/4500 rows/),
    });
    expect(await loaded()).toBe(0);
  });
});

describe('what says how to restore', () => {
  const altered = (key: string) => () => {
    const path = copying.staging.path(key);
    const bytes = readFileSync(path);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };
  const truncated = (key: string) => () => truncateSync(copying.staging.path(key), 200);
  const resealed = (key: string, change: object) => () => {
    const path = copying.staging.path(key);
    writeFileSync(path, seal({ ...unseal(z.looseObject({}), readFileSync(path), key), ...change }));
  };
  const [plan, schema, manifest] = [keys.plan(1), keys.schema(1), keys.manifest(1)];

  test.each([
    ['an altered plan', altered(plan), plan],
    ['a truncated plan', truncated(plan), plan],
    ['the plan of another run', resealed(plan, { run: 'another' }), plan],
    ['an altered schema', altered(schema), schema],
    ['a truncated schema', truncated(schema), schema],
    [
      'the schema of another plan',
      () => writeFileSync(copying.staging.path(schema), sealBytes('other', Buffer.from('PGDMP'))),
      schema,
    ],
  ])('%s is refused before anything is created', async (_, damage, key) => {
    await copying.dump();
    damage();
    await expect(copying.restore()).rejects.toMatchObject({
      name: 'ChunkDamaged',
      message: expect.stringContaining(key),
    });
    expect(await query(copying.target, "SELECT FROM pg_class WHERE relname = 't1'")).toEqual([]);
  });

  test.each([
    ['an altered manifest', altered(manifest)],
    ['a truncated manifest', truncated(manifest)],
    ['the manifest of another run', resealed(manifest, { plan: 'other', run: 'another' })],
  ])('with %s the restore does not end well, nor does another dump answer from it', async (_, damage) => {
    await copying.dump();
    damage();
    const refused = { name: 'ChunkDamaged', message: expect.stringContaining(manifest) };
    await expect(copying.restore()).rejects.toMatchObject(refused);
    await expect(copying.dump()).rejects.toMatchObject(refused);
  });
});
