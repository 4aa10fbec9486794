import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compareManifests } from '../../lib/copier/compare.ts';
import { measure } from '../../lib/copier/postgres/row-hash.ts';
import type { Manifest, ManifestTable, PlannedTable } from '../../lib/copier/staged.ts';
import { connect, createDatabase, startTestCluster, type TestCluster } from '../support/postgres.ts';

const table = (name: string, more: Partial<ManifestTable> = {}): ManifestTable => ({
  schema: 'public',
  name,
  rows: 3,
  bytes: 30,
  hash: ['10', '20'],
  seconds: 1,
  chunks: 1,
  ...more,
});

const manifest = (more: Partial<Manifest> = {}): Manifest => ({
  role: 'dump',
  run: 'r',
  epoch: 1,
  copy: 'main',
  attempt: 1,
  plan: 'p',
  snapshot: 's',
  serverVersion: 150000,
  tables: [table('a'), table('b')],
  sequences: [{ schema: 'public', name: 'a_id_seq', lastValue: '7', isCalled: true }],
  largeObjects: { count: 1, bytes: 5, hash: ['1', '2'] },
  startedAt: '',
  finishedAt: '',
  seconds: 1,
  largestRowBytes: 1,
  incidents: [],
  memoryBytes: 1,
  cpuSeconds: 1,
  sessionSeconds: 2,
  proofSeconds: 1,
  ...more,
});

describe('two manifests', () => {
  test('are equal when they differ only in who measured, when and how', () => {
    const target = manifest({ role: 'restore', seconds: 9, tables: [table('b', { chunks: 4 }), table('a')] });
    const comparison = compareManifests(manifest(), target);
    expect(comparison).toMatchObject({ equal: true, differences: [] });
    expect(comparison.tables).toEqual(
      ['public.a', 'public.b'].map((name) => ({
        table: name,
        rowsSource: 3,
        rowsTarget: 3,
        bytes: 30,
        rowsEqual: true,
        bytesEqual: true,
        hashEqual: true,
        equal: true,
      })),
    );
  });

  test.each([
    ['a row is missing', { tables: [table('a', { rows: 2 }), table('b')] }, 'rows', /public\.a has 3 rows .* 2 at/],
    ['bytes differ', { tables: [table('a', { bytes: 31 }), table('b')] }, 'contents', /public\.a/],
    ['the first hash differs', { tables: [table('a', { hash: ['11', '20'] }), table('b')] }, 'contents', /public\.a/],
    [
      'only the second hash differs',
      { tables: [table('a', { hash: ['10', '21'] }), table('b')] },
      'contents',
      /public\.a/,
    ],
    ['a table is missing', { tables: [table('b')] }, 'missing', /public\.a is missing/],
    ['a table is added', { tables: [table('a'), table('b'), table('c')] }, 'unexpected', /public\.c/],
    ['a schema differs', { tables: [table('a'), table('b', { schema: 'other' })] }, 'missing', /public\.b/],
    [
      'a sequence lags',
      { sequences: [{ schema: 'public', name: 'a_id_seq', lastValue: '6', isCalled: true }] },
      'sequence',
      /at 7 .* 6 at/,
    ],
    [
      'a sequence was not called',
      { sequences: [{ schema: 'public', name: 'a_id_seq', lastValue: '7', isCalled: false }] },
      'sequence',
      /not yet called/,
    ],
    ['a sequence is missing', { sequences: [] }, 'sequence', /missing at the target/],
    [
      'a large object is missing',
      { largeObjects: { count: 0, bytes: 0, hash: ['0', '0'] } },
      'large objects',
      /1 large objects .* 0/,
    ],
    [
      'a large object differs',
      { largeObjects: { count: 1, bytes: 5, hash: ['1', '3'] } },
      'large objects',
      /other contents/,
    ],
  ] as [string, Partial<Manifest>, string, RegExp][])('differ when %s', (_, target, kind, message) => {
    const { equal, differences } = compareManifests(manifest(), manifest(target));
    expect(equal).toBe(false);
    expect(differences[0]).toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  test('that hold names with dots are not confused', () => {
    const source = manifest({ tables: [table('b.c', { schema: 'a' })] });
    const target = manifest({ tables: [table('c', { schema: 'a.b' })] });
    expect(compareManifests(source, target).differences.map(({ kind }) => kind)).toEqual(['missing', 'unexpected']);
  });
});

describe('the hash of a table', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster?.close());

  test.each([
    ['values of two rows are exchanged', "VALUES (1, 'x'), (2, 'y')", "VALUES (1, 'y'), (2, 'x')", 'int, text'],
    ['1.0 becomes 1.00', 'VALUES (1, 1.0)', 'VALUES (1, 1.00)', 'int, numeric'],
    ['0 becomes -0', "VALUES (1, '0')", "VALUES (1, '-0')", 'int, float8'],
    ['1 day becomes 24 hours', "VALUES (1, '1 day')", "VALUES (1, '24:00')", 'int, interval'],
    ['an empty text becomes NULL', "VALUES (1, '')", 'VALUES (1, NULL)', 'int, text'],
    ['JSON loses a space', `VALUES (1, '{"a": 1}')`, `VALUES (1, '{"a":1}')`, 'int, json'],
    ['a row is doubled and another lost', "VALUES (1, 'x'), (1, 'x')", "VALUES (1, 'x'), (2, 'x')", 'int, text'],
  ])('changes when %s', async (_, before, after, types) => {
    const client = await connect(await createDatabase(cluster));
    const [a, b] = types.split(', ');
    await client.query(`CREATE TABLE t (a ${a}, b ${b})`);
    const planned = {
      schema: 'public',
      name: 't',
      columns: [
        { name: 'a', hashedAsText: false },
        { name: 'b', hashedAsText: false },
      ],
    } as PlannedTable;
    const hashOf = async (values: string) => {
      await client.query('TRUNCATE t');
      await client.query(`INSERT INTO t ${values}`);
      return await measure(client, planned, { table: 0 }, 'UTF8');
    };
    const first = await hashOf(before);
    expect((await hashOf(after)).hash).not.toEqual(first.hash);
    expect(await hashOf(before)).toEqual(first);
  });
});
