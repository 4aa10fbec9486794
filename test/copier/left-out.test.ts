import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { createLogin, query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster({ settings: { wal_level: 'logical' } });
  await createLogin(cluster, 'alice');
  await createLogin(cluster, 'bob');
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, '');
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

/** As the provider: what no ordinary login can make. */
const asProvider = (statements: string) =>
  asSuperuser(cluster, copying.source.database, (client) => client.query(statements));
const leftOut = async (role: 'dump' | 'restore') => (await copying.manifest(role)).leftOut ?? [];
const copy = () => Promise.all([copying.dump(), copying.restore()]);

test('what stands beside the source, or belongs to its server, is named in the dump', async () => {
  const { database } = copying.source;
  await asProvider(
    `CREATE TABLE ours (id int, secret text); CREATE TABLE theirs (id int); CREATE INDEX broken ON ours (id);
     ALTER TABLE ours OWNER TO master; ALTER TABLE theirs OWNER TO alice;
     GRANT SELECT ON ours TO bob; GRANT UPDATE (secret) ON ours TO bob; GRANT USAGE ON SCHEMA public TO bob;
     CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f OWNER TO master; GRANT EXECUTE ON FUNCTION f TO bob; REVOKE EXECUTE ON FUNCTION f FROM PUBLIC;
     ALTER DEFAULT PRIVILEGES FOR ROLE alice GRANT SELECT ON TABLES TO bob;
     SELECT lo_create(9); ALTER LARGE OBJECT 9 OWNER TO master; GRANT SELECT ON LARGE OBJECT 9 TO bob;
     UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
     GRANT alice TO bob; GRANT SELECT ON theirs TO master;
     GRANT CONNECT ON DATABASE ${database} TO bob;
     ALTER DATABASE ${database} SET work_mem = '5MB'; ALTER DATABASE ${database} SET app.secret = 'hush';
     ALTER ROLE bob IN DATABASE ${database} SET statement_timeout = 5;
     COMMENT ON DATABASE ${database} IS 'ours'; ALTER DATABASE ${database} CONNECTION LIMIT 50;
     CREATE SUBSCRIPTION sub CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false);
     CREATE EXTENSION citext; COMMENT ON EXTENSION citext IS 'ours';
     CREATE TABLE of_citext (id int); INSERT INTO of_citext VALUES (1); ALTER EXTENSION citext ADD TABLE of_citext`,
  );
  await asProvider(`SELECT pg_create_logical_replication_slot('slot_${database}', 'pgoutput')`);
  await copying.dump();
  const found = await leftOut('dump');
  const named = (what: RegExp) => found.filter((each) => what.test(each.what)).map((each) => each.what);
  expect(named(/^\d+ roles/)[0]).toMatch(/alice, bob/);
  expect(named(/memberships/)[0]).toMatch(/bob in alice/);
  expect(named(/owners/)[0]).toMatch(/alice \(\d+ objects\), master \(\d+ objects\)/);
  expect(named(/grants on the database/)).toEqual(['1 grants on the database itself: CONNECT to bob']);
  expect(named(/ grants:/)[0]).toMatch(/^8 grants: EXECUTE on function public\.f\(\) /);
  expect(named(/ grants:/)[0]).toMatch(/SELECT on large object 9 to bob/);
  expect(named(/ grants:/)[0]).toMatch(/SELECT on what alice creates to bob/);
  expect(named(/ grants:/)[0]).toMatch(/UPDATE on column public\.ours\.secret to bob/);
  expect(named(/settings of the database/)).toEqual(['2 settings of the database: app.secret, work_mem']);
  expect(named(/settings of roles/)).toEqual(['1 settings of roles in this database: statement_timeout of bob']);
  expect(named(/properties/)).toEqual(['2 properties of the database: comment, connection limit']);
  expect(named(/subscriptions/)).toEqual(['1 subscriptions: sub']);
  expect(named(/slots/)).toEqual([`1 replication slots: slot_${database}`]);
  expect(named(/comments on extensions/)).toEqual(['1 comments on extensions: citext']);
  expect(named(/belong to extensions/)).toEqual(['1 tables that belong to extensions: public.of_citext']);
  expect(named(/invalid indexes/)).toEqual(['1 invalid indexes: public.broken']);
  expect(JSON.stringify(found)).not.toContain('hush');
  await asProvider(
    `SELECT pg_drop_replication_slot('slot_${database}'); ALTER SUBSCRIPTION sub DISABLE;
     ALTER SUBSCRIPTION sub SET (slot_name = NONE)`,
  );
  await asProvider('DROP SUBSCRIPTION sub');
});

describe('what the target’s login may not create', () => {
  test('is left out and named with PostgreSQL’s own words where no row depends on it', async () => {
    await asProvider(
      `CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); ALTER TABLE t OWNER TO master;
       CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
       CREATE EVENT TRIGGER "watch ü" ON ddl_command_end EXECUTE FUNCTION watch();
       COMMENT ON EVENT TRIGGER "watch ü" IS 'of all';
       CREATE PUBLICATION everything FOR ALL TABLES;
       CREATE FUNCTION quiet(int) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true';
       CREATE FUNCTION in_c(internal) RETURNS internal LANGUAGE internal AS 'dsimple_init';
       COMMENT ON FUNCTION in_c(internal) IS 'in C';
       CREATE FOREIGN DATA WRAPPER wrapper; CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
       CREATE USER MAPPING FOR bob SERVER far OPTIONS (password 'hush');
       CREATE FOREIGN TABLE distant (id int) SERVER far; ALTER FOREIGN TABLE distant OWNER TO master`,
    );
    await copy();
    expect(await copying.differences()).toEqual([]);
    const found = await leftOut('restore');
    expect(found.map(({ what }) => what).sort()).toEqual([
      '1 × event trigger: watch ü',
      '1 × foreign data wrapper: wrapper',
      '1 × foreign table: distant',
      '1 × publication: everything',
      '1 × server: far',
      '2 × function: in_c(internal), quiet(integer)',
    ]);
    expect(found.find(({ what }) => /event/.test(what))?.because).toMatch(/permission denied to create event trigger/);
    expect(found.find(({ what }) => /function/.test(what))?.because).toMatch(
      /permission denied for language internal.*only superuser can define a leakproof function/,
    );
    expect(found.find(({ what }) => /server/.test(what))?.because).toMatch(/needs wrapper, which is left out/);
    expect((await leftOut('dump')).map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        '1 user mappings of foreign servers: bob on far',
        '1 foreign tables’ rows: public.distant',
      ]),
    );
    expect(await query(copying.target, 'SELECT id FROM t')).toEqual([{ id: 1 }]);
  });

  test('ends the copy before any data is loaded where an index needs it', async () => {
    await asProvider(
      `CREATE TABLE t (id int); INSERT INTO t VALUES (1); ALTER TABLE t OWNER TO master;
       CREATE FUNCTION quiet(int) RETURNS int IMMUTABLE LANGUAGE sql LEAKPROOF AS 'SELECT 1';
       CREATE INDEX on_quiet ON t (quiet(id))`,
    );
    await copying.dump();
    await expect(copying.restore()).rejects.toMatchObject({
      name: 'RestoreFailed',
      message: expect.stringMatching(/INDEX on_quiet needs FUNCTION quiet\(integer\).*leakproof/),
    });
    expect(await query(copying.target, 'SELECT id FROM t')).toEqual([]);
  });

  test('is still known when another worker ends the restore', async () => {
    await asProvider(
      `CREATE TABLE t (id int); ALTER TABLE t OWNER TO master; CREATE PUBLICATION everything FOR ALL TABLES`,
    );
    await copying.dump();
    const stop = new AbortController();
    const staging = copying.staging.acting((what, key) => {
      if (what === 'put' && key.endsWith('measured.json')) stop.abort(new Error('killed'));
    });
    await expect(copying.restore({ staging, signal: stop.signal })).rejects.toThrow('killed');
    await copying.restore();
    expect((await leftOut('restore')).map(({ what }) => what)).toEqual(['1 × publication: everything']);
  });
});

test('forced row-level security arrives, though it hides the rows from the login that restores them', async () => {
  const reader = await createLogin(cluster, 'reader', { attributes: 'BYPASSRLS', database: copying.source.database });
  await asSuperuser(cluster, 'postgres', (client) => client.query('GRANT pg_read_all_data TO reader'));
  await query(
    copying.source,
    `CREATE TABLE hidden (id int); INSERT INTO hidden SELECT generate_series(1, 9);
     CREATE POLICY none ON hidden USING (false); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
  );
  await Promise.all([copying.dump({}, { database: reader }), copying.restore()]);
  await copying.restore();
  expect(await copying.differences()).toEqual([]);
  expect((await copying.manifest('restore')).tables[0]?.rows).toBe(9);
  expect(await query(copying.target, 'SELECT id FROM hidden')).toEqual([]);
});
