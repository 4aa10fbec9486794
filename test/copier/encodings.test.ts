import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { inspectDatabase } from '../../lib/adapters/postgres/inspect.ts';
import { connect, query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { schemaOf } from './support/schema-of.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

/** All bytes that a single-byte encoding has besides NUL, in tables, names, defaults, functions and comments. */
const inEncoding = (encoding: string, bytes: string, name: string) => [
  `CREATE TYPE pair AS (a text, b int);
   CREATE TABLE "${name}" ("${name}" int PRIMARY KEY, t text, v varchar(300), c "char", p pair, x xml, j json, many text[]);
   CREATE TABLE "back\\slash ${name}" (id int);
   INSERT INTO "back\\slash ${name}" VALUES (1);
   CREATE TYPE "type ${name}" AS ENUM ('${name}');
   CREATE MATERIALIZED VIEW "m ${name}" AS SELECT '${name}'::text AS label`,
  `DO $do$
   DECLARE bytes text := convert_from(${bytes}, '${encoding}');
   BEGIN
     INSERT INTO "${name}" VALUES (1, bytes, bytes, 'a', ROW(bytes, 1), '<a/>', to_json('x'::text), ARRAY[bytes, NULL]),
       (2, '', NULL, '', ROW('', 2), NULL, NULL, '{}');
     INSERT INTO "${name}" SELECT i, bytes || i FROM generate_series(3, 500) i;
     EXECUTE format('ALTER TABLE %I ALTER v SET DEFAULT %L', '${name}', bytes);
     EXECUTE format('CREATE FUNCTION said() RETURNS text LANGUAGE sql AS %L', 'SELECT ' || quote_literal(bytes) || '::text');
     EXECUTE format('COMMENT ON TABLE %I IS %L', '${name}', bytes);
     PERFORM lo_from_bytea(7, ${bytes});
     EXECUTE format('COMMENT ON LARGE OBJECT 7 IS %L', bytes);
     EXECUTE format('CREATE INDEX said ON %I (v) WHERE v <> %L', '${name}', bytes);
   END $do$`,
];

const allBytes = "(SELECT string_agg(set_byte('\\x00', 0, i), '') FROM generate_series(1, 255) i)";

test.each([
  ['LATIN1', allBytes, 'Zürich'],
  // 0x81 is no character of it, and has no equivalent in UTF-8.
  ['WIN1252', allBytes, 'Größe'],
  ['LATIN9', allBytes, 'Prix €'],
  ['EUC_JP', "convert_to('日本語 \\ ~', 'EUC_JP')", '表'],
  ['SQL_ASCII', allBytes, 'Zürich in UTF-8'],
  ['UTF8', "convert_to('日本語 \\ ~ 𝄞', 'UTF8')", 'Größe 𝄞'],
])('a database in %s arrives byte by byte, its schema too', async (encoding, bytes, name) => {
  copying = await prepareCopying(cluster, inEncoding(encoding, bytes, name), { encoding });
  await Promise.all([copying.dump(), copying.restore()]);
  expect(await copying.differences()).toEqual([]);
  expect((await copying.manifest('dump')).tables).toContainEqual(expect.objectContaining({ name, rows: 500 }));
  expect(schemaOf(copying.target, encoding)).toEqual(schemaOf(copying.source, encoding));
  for (const question of [
    `SELECT "${name}" AS id, convert_to(t || v || (p).a || many[1], '${encoding}') AS t FROM "${name}" ORDER BY 1`,
    `SELECT convert_to(obj_description('"${name}"'::regclass), '${encoding}') AS comment, convert_to(said(), '${encoding}') AS said`,
    `SELECT lo_get(7), convert_to(obj_description(7, 'pg_largeobject'), '${encoding}') AS comment`,
    `SELECT label FROM "m ${name}"`,
  ]) {
    expect({ question, rows: await query(copying.target, question) }).toEqual({
      question,
      rows: await query(copying.source, question),
    });
  }
});

test('names of SQL_ASCII that are not UTF-8 are refused before anything is copied, in words that can be read', async () => {
  copying = await prepareCopying(
    cluster,
    `DO $$ BEGIN EXECUTE format('CREATE TABLE %I (id int)', 'Z' || convert_from('\\xfc', 'SQL_ASCII') || 'rich'); END $$`,
    { encoding: 'SQL_ASCII' },
  );
  await expect(copying.dump()).rejects.toMatchObject({
    name: 'DumpFailed',
    message: expect.stringMatching(/Z\\xfcrich.*ALTER .* RENAME/s),
  });
  expect(await copying.staging.list('attempts/')).toEqual([]);
});

test('a database that ICU sorts is created and filled alike', async () => {
  copying = await prepareCopying(
    cluster,
    `CREATE TABLE words (w text PRIMARY KEY); INSERT INTO words VALUES ('b'), ('A'), ('a'), ('Ä'), ('z'), ('Z')`,
    { icuLocale: 'de-DE-u-kf-upper' },
  );
  await Promise.all([copying.dump(), copying.restore()]);
  expect(await copying.differences()).toEqual([]);
  const question = 'SELECT w FROM words ORDER BY w';
  expect(await query(copying.target, question)).toEqual(await query(copying.source, question));
  const collations = await Promise.all(
    [copying.source, copying.target].map(async (login) => (await inspectDatabase(await connect(login))).collation),
  );
  expect(collations).toEqual(['icu:de-DE-u-kf-upper@C.UTF-8/C.UTF-8', 'icu:de-DE-u-kf-upper@C.UTF-8/C.UTF-8']);
});
