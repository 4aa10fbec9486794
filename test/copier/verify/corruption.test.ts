import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabase, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { everyKind } from '../support/every-kind.ts';
import { type Original, prepareOriginal, prove, rowsOf, sentences } from './proving.ts';

let cluster: TestCluster;
let original: Original;
/** With one of each kind of value and object. */
let whole: Original;
beforeAll(async () => {
  cluster = await startTestCluster();
  original = await prepareOriginal(
    cluster,
    `CREATE TABLE things (id int PRIMARY KEY, t text, n numeric, f8 float8, iv interval, j json, jb jsonb, by bytea,
       tsz timestamptz, more text, sum numeric GENERATED ALWAYS AS (n + 1) STORED);
     INSERT INTO things
       SELECT i, 'text ' || i, 1.0 + i, i / 3.0, '1 day', '{"a": 1, "b": 2}', '{"a": 1, "b": 2}', decode(md5(i::text), 'hex'),
              timestamptz '2024-02-29 12:00:00.000001+00' + i * interval '1 day', repeat('long ', i)
       FROM generate_series(1, 3000) i;
     UPDATE things SET t = NULL WHERE id = 10;
     UPDATE things SET t = '' WHERE id = 11;
     UPDATE things SET n = 1.0, f8 = 0 WHERE id IN (20, 21);
     UPDATE things SET more = lpad('', 300000, md5('x')) WHERE id = 30;
     CREATE TABLE members (tenant int, name text, role text, UNIQUE (tenant, name));
     ALTER TABLE members ALTER tenant SET NOT NULL, ALTER name SET NOT NULL;
     INSERT INTO members SELECT i % 7, 'Ann "' || i || '" ä', 'role' FROM generate_series(1, 200) i;
     CREATE TABLE keyless (a int, b text);
     INSERT INTO keyless SELECT i % 10, 'b' || i FROM generate_series(1, 500) i;
     INSERT INTO keyless VALUES (1, 'same'), (1, 'same'), (2, NULL)`,
  );
  whole = await prepareOriginal(cluster, everyKind);
});
afterAll(() => cluster?.close());

test('two equal databases are equal: every kind of value and object', async () => {
  const proof = await whole.changed('');
  expect(sentences(proof)).toEqual([]);
  expect(proof.equal).toBe(true);
  expect(proof.catalog.remarks).toEqual([]);
  expect(proof.tables.find(({ table }) => table === 'public.every_type')).toMatchObject({
    rowsSource: 53,
    equal: true,
  });
  expect(proof.catalog.objects).toBeGreaterThan(70);
});

describe('a corruption is found with its table and its key', () => {
  test.each([
    ['a row deleted', 'DELETE FROM things WHERE id = 7', ['row id = 7 is missing']],
    ['a row added', 'INSERT INTO things (id) VALUES (-7)', ['row id = -7 is unexpected']],
    ['a row updated', "UPDATE things SET t = 'other' WHERE id = 7", ['row id = 7 changed in t']],
    [
      'a row duplicated, the key being gone',
      'ALTER TABLE things DROP CONSTRAINT things_pkey; INSERT INTO things SELECT id, t, n, f8, iv, j, jb, by, tsz, more FROM things WHERE id = 7',
      ['row id = 7 is duplicated'],
    ],
    ['NULL that became empty', "UPDATE things SET t = '' WHERE id = 10", ['row id = 10 changed in t']],
    ['empty that became NULL', 'UPDATE things SET t = NULL WHERE id = 11', ['row id = 11 changed in t']],
    ['a value in jsonb', `UPDATE things SET jb = '{"b": 2, "a": 3}' WHERE id = 7`, ['row id = 7 changed in jb']],
    [
      'the order of keys in json, which is text',
      `UPDATE things SET j = '{"b": 2, "a": 1}' WHERE id = 7`,
      ['row id = 7 changed in j'],
    ],
    [
      'the last bit of a float',
      'UPDATE things SET f8 = f8 + 4.440892098500626e-16 WHERE id = 7',
      ['row id = 7 changed in f8'],
    ],
    [
      'one byte of a bytea',
      'UPDATE things SET by = set_byte(by, 3, get_byte(by, 3) # 1) WHERE id = 7',
      ['row id = 7 changed in by'],
    ],
    [
      'a microsecond',
      "UPDATE things SET tsz = tsz + interval '1 microsecond' WHERE id = 7",
      ['row id = 7 changed in tsz'],
    ],
    [
      'the last character of a long value',
      "UPDATE things SET more = left(more, -1) || '!' WHERE id = 30",
      ['row id = 30 changed in more'],
    ],
    [
      'two values swapped between rows',
      'UPDATE things a SET t = b.t FROM things b WHERE (a.id, b.id) IN ((7, 8), (8, 7))',
      ['row id = 7 changed in t', 'row id = 8 changed in t'],
    ],
    ['1.00 for 1.0', 'UPDATE things SET n = 1.00 WHERE id = 20', ['row id = 20 changed in n']],
    ['-0 for 0', "UPDATE things SET f8 = '-0' WHERE id = 20", ['row id = 20 changed in f8']],
    ["'24:00' for '1 day'", "UPDATE things SET iv = '24:00' WHERE id = 7", ['row id = 7 changed in iv']],
    [
      'a key that changed',
      'UPDATE things SET id = 10007 WHERE id = 7',
      ['row id = 7 is missing', 'row id = 10007 is unexpected'],
    ],
    ['several columns at once', "UPDATE things SET t = 'x', jb = 'null' WHERE id = 7", ['row id = 7 changed in t, jb']],
  ])('%s', async (_, change, found) => {
    const proof = await original.changed(change);
    expect(proof.equal).toBe(false);
    expect(rowsOf(proof)).toEqual(found.map((each) => `public.things: ${each}`));
    expect(proof.differences).toMatchObject([{ of: 'public.things' }]);
  });
});

describe('rows are known by', () => {
  test('a unique key of several columns where there is no primary key, quoted where that helps', async () => {
    const proof = await original.changed("UPDATE members SET role = 'admin' WHERE name LIKE '%\"8\"%'");
    expect(rowsOf(proof)).toEqual(['public.members: row tenant = 1, name = "Ann \\"8\\" ä" changed in role']);
    expect(proof.located).toMatchObject([{ key: ['tenant', 'name'], changed: 1 }]);
  });

  test('nothing where there is no key: they are counted', async () => {
    const proof = await original.changed(
      "DELETE FROM keyless WHERE b IN ('b3', 'b4'); INSERT INTO keyless VALUES (1, 'same'), (9, 'new')",
    );
    expect(proof.located).toEqual([
      { table: 'public.keyless', key: [], missing: 2, unexpected: 1, changed: 0, duplicated: 1, rows: [] },
    ]);
  });

  test('the key that only the target has', async () => {
    const proof = await original.changed(
      "ALTER TABLE keyless ADD id serial PRIMARY KEY; DELETE FROM keyless WHERE b = 'b3'",
    );
    expect(proof.located).toMatchObject([{ table: 'public.keyless', key: [], missing: 1 }]);
    expect(sentences(proof)).toContain('TABLE public.keyless is defined differently: id.');
  });

  test('the first characters of a long key, and never by their other values', async () => {
    const proof = await original.changed(
      `INSERT INTO members VALUES (1, repeat('long name ', 30), 'a secret role'); UPDATE things SET t = 'a secret' WHERE id = 5`,
    );
    expect(rowsOf(proof)).toContainEqual(
      expect.stringMatching(/^public\.members: row tenant = 1, name = "(long name ){6}…" is unexpected$/),
    );
    expect(JSON.stringify(proof)).not.toContain('secret');
  });
});

test('the rows of many differences are counted whole and named in part', async () => {
  const proof = await original.changed(
    "UPDATE things SET t = t || '.' WHERE id > 100; DELETE FROM things WHERE id <= 50",
  );
  expect(proof.located).toMatchObject([{ table: 'public.things', changed: 2900, missing: 50 }]);
  expect(proof.located[0]?.rows).toHaveLength(100);
});

test('rows of partitions, of heirs and in odd names are found where they are', async () => {
  const proof = await whole.changed(
    `UPDATE measured SET v = -1 WHERE at = '2023-12-05'; UPDATE heir SET more = 'x';
     UPDATE "Odd ""Schema"""."Quoted "" Table.x" SET "ünï" = 'x' WHERE "select" = 1`,
  );
  expect(rowsOf(proof)).toEqual(['public.measured_2023: row at = 2023-12-05, place = here changed in v']);
  expect(proof.located.map(({ table, missing, unexpected }) => [table, missing, unexpected]).sort()).toEqual([
    ['Odd "Schema".Quoted " Table.x', 1, 1],
    ['public.heir', 1, 1],
    ['public.measured_2023', 0, 0],
  ]);
});

test('a large object with other contents is found', async () => {
  const proof = await whole.changed("SELECT lo_put(4711, 2000000, 'x')");
  expect(proof.differences).toMatchObject([
    { kind: 'large objects', message: expect.stringContaining('other contents') },
  ]);
});

test.each([
  ['LATIN1', '"é"'],
  ['WIN1252', '"\\xe9"'],
  ['EUC_JP', '"\\xa4\\xa2"'],
  ['SQL_ASCII', '"é"'],
])('in %s too, byte by byte', async (encoding, shown) => {
  const source = await createDatabase(cluster, { encoding });
  await query(
    source,
    `SET client_encoding = 'UTF8'; CREATE TABLE "t é" ("schlüssel" text PRIMARY KEY, "wert é" text);
     INSERT INTO "t é" VALUES ('ascii', 'é'), ('é', 'e')`
      .replaceAll('é', encoding === 'EUC_JP' ? 'あ' : 'é')
      .replaceAll('ü', encoding === 'EUC_JP' ? 'い' : 'ü'),
  );
  const target = await createDatabase(cluster, { template: source.database, encoding });
  expect(sentences(await prove(source, target))).toEqual([]);
  const [row] = await query<{ table: string; key: string; value: string }>(
    target,
    "SELECT c.relname AS table, min(attname) FILTER (WHERE attnum = 1) AS key, min(attname) FILTER (WHERE attnum = 2) AS value FROM pg_class c JOIN pg_attribute ON attrelid = c.oid WHERE c.relname ~ '^t ' GROUP BY 1",
  );
  const { table = '', key = '', value = '' } = row ?? {};
  await query(target, `UPDATE "${table}" SET "${value}" = 'x'`);
  expect(rowsOf(await prove(source, target)).sort()).toEqual(
    [shown, 'ascii'].map((each) => `public.${table}: row ${key} = ${each} changed in ${value}`),
  );
});
