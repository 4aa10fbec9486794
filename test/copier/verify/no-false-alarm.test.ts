import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { createDatabase, createLogin, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { everyKind } from '../support/every-kind.ts';
import { type Original, prepareOriginal, prove, sentences } from './proving.ts';

let cluster: TestCluster;
let original: Original;
beforeAll(async () => {
  cluster = await startTestCluster();
  original = await prepareOriginal(
    cluster,
    `${everyKind};
     CREATE TABLE things (id int PRIMARY KEY, jb jsonb, tsz timestamptz, long text, f8 float8, by bytea);
     INSERT INTO things SELECT i, '{"a": 1, "b": {"c": 2, "d": 3}}', '2024-02-29 12:00:00+00', repeat('long ', 3000), i / 3.0,
       decode(md5(i::text), 'hex') FROM generate_series(1, 400) i`,
  );
});
afterAll(() => cluster?.close());

describe('is no difference:', () => {
  test.each([
    ['another order of keys in jsonb', `UPDATE things SET jb = '{"b": {"d": 3, "c": 2}, "a": 1}'`],
    [
      'a moment written under another TimeZone',
      "SET TimeZone = 'Asia/Tokyo'; UPDATE things SET tsz = '2024-02-29 21:00:00'; ALTER DATABASE :db SET TimeZone = 'Asia/Tokyo'",
    ],
    [
      'another physical order',
      'CREATE INDEX by ON things (by); CLUSTER things USING by; ALTER TABLE things SET WITHOUT CLUSTER; DROP INDEX by',
    ],
    [
      'another compression of long values',
      "SET default_toast_compression = 'lz4'; UPDATE things SET long = repeat('long ', 2999) || 'long '; VACUUM FULL things",
    ],
    [
      'long values that are not compressed',
      "ALTER TABLE things ALTER long SET STORAGE EXTERNAL; UPDATE things SET long = repeat('long ', 3000); ALTER TABLE things ALTER long SET STORAGE EXTENDED",
    ],
    ['dropped columns', 'ALTER TABLE things ADD gone int DEFAULT 7; ALTER TABLE things DROP gone'],
    [
      'dead rows and emptier pages',
      'UPDATE things SET f8 = f8; ALTER TABLE things SET (fillfactor = 20); VACUUM FULL things; ALTER TABLE things RESET (fillfactor)',
    ],
    ['statistics', 'ANALYZE; DELETE FROM things WHERE id < 0'],
    [
      'settings of database and login',
      "ALTER DATABASE :db SET datestyle = 'German'; ALTER DATABASE :db SET extra_float_digits = -3; ALTER DATABASE :db SET bytea_output = 'escape'; ALTER DATABASE :db SET intervalstyle = 'iso_8601'; ALTER DATABASE :db SET search_path = 'nowhere'; ALTER DATABASE :db SET default_transaction_isolation = 'serializable'",
    ],
    ['a schema of Passage', 'CREATE SCHEMA passage; CREATE TABLE passage.fence (run text)'],
    ['an index that was built anew', 'REINDEX TABLE things'],
  ])('%s', async (_, change) => {
    const target = await createDatabase(cluster, { template: original.source.database });
    // Not in one transaction: VACUUM takes none.
    for (const statement of change.replaceAll(':db', target.database).split('; ').reduce<string[]>(sessions, [])) {
      await query(target, statement);
    }
    const proof = await prove(original.source, target);
    expect(sentences(proof)).toEqual([]);
    expect(proof.equal).toBe(true);
  });

  test('other oids: a database that pg_dump and pg_restore built', async () => {
    const target = await createDatabase(cluster);
    await query(target, 'CREATE TABLE before (v int); DROP TABLE before');
    await query(target, everyKind);
    const source = await createDatabase(cluster);
    await query(source, everyKind);
    // pg_lsn, regclass and the like are compared by what they say.
    expect(sentences(await prove(source, target))).toEqual([]);
  });

  test('compression and fillfactor as columns and tables have them set, which is a remark', async () => {
    const proof = await original.changed(
      'ALTER TABLE things ALTER long SET COMPRESSION lz4; ALTER TABLE things SET (fillfactor = 70)',
    );
    expect(proof.equal).toBe(true);
    expect(proof.catalog.remarks).toEqual([
      'TABLE public.things is stored with other parameters (compression, fillfactor).',
    ]);
  });
});

/** `SET` belongs to what follows it. */
const sessions = (done: string[], next: string): string[] =>
  done.at(-1)?.startsWith('SET ') && !done.at(-1)?.includes(';')
    ? [...done.slice(0, -1), `${done.at(-1)}; ${next}`]
    : [...done, next];

test('a login that may only read is enough', async () => {
  const reader = await createLogin(cluster, 'reader');
  const source = await createDatabase(cluster);
  await query(
    source,
    `CREATE TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a'), ('b');
     CREATE SCHEMA more; CREATE TABLE more.t (v int); GRANT USAGE ON SCHEMA more TO reader;
     GRANT SELECT ON ALL TABLES IN SCHEMA public, more TO reader; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader`,
  );
  const target = await createDatabase(cluster, { template: source.database });
  await query(target, "UPDATE t SET v = 'c' WHERE id = 2");
  const [here, there] = [source, target].map((login) => ({ ...reader, database: login.database }));
  const proof = await prove(here!, there!);
  expect(sentences(proof)).toEqual([
    'Table public.t has 2 rows on both sides, but other contents.',
    'public.t: 1 changed',
    'public.t: row id = 2 changed in v',
  ]);
});

test('what may not be read is refused, not left out', async () => {
  const blind = await createLogin(cluster, 'blind', { database: original.source.database });
  await expect(prove(blind, original.source)).rejects.toMatchObject({
    name: expect.stringMatching(/^Source|^DumpFailed/),
  });
});

test('rows that a policy hides are refused, not left out', async () => {
  await asSuperuser(cluster, 'postgres', (client) => client.query('CREATE ROLE nearly LOGIN PASSWORD $$x$$'));
  const source = await createDatabase(cluster);
  await query(source, 'CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO nearly');
  await expect(prove({ ...source, user: 'nearly', password: 'x' }, source)).rejects.toMatchObject({
    name: 'SourceRightsMissing',
  });
});
