import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { createLogin, query, startTestCluster, type TestCluster, type TestLogin } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { schemaOf } from './support/schema-of.ts';

/** The only copies whose logins are superusers: what no other login can make, or own. */
let cluster: TestCluster;
let superuser: TestLogin;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
  superuser = await createLogin(cluster, 'owner_of_all', { attributes: 'SUPERUSER' });
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

test('what only a superuser may create arrives between superusers, and an event trigger does not see us', async () => {
  copying = await prepareCopying(cluster, '');
  const { user, password } = superuser;
  await query(
    { ...copying.source, user, password },
    `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'x');
     CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t;
     CREATE FUNCTION no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % today', tg_tag; END $$;
     CREATE EVENT TRIGGER no_ddl ON ddl_command_start WHEN TAG IN ('CREATE INDEX', 'ALTER TABLE', 'REFRESH MATERIALIZED VIEW') EXECUTE FUNCTION no_ddl();
     COMMENT ON EVENT TRIGGER no_ddl IS 'of all'; ALTER EVENT TRIGGER no_ddl ENABLE ALWAYS;
     CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION in_schema FOR TABLES IN SCHEMA public;
     CREATE FUNCTION quiet(int) RETURNS bool IMMUTABLE LANGUAGE sql LEAKPROOF AS 'SELECT true';
     CREATE FUNCTION in_c(internal) RETURNS internal LANGUAGE internal AS 'dsimple_init';
     CREATE OPERATOR CLASS by_length FOR TYPE text USING hash AS OPERATOR 1 =, FUNCTION 1 hashtext(text)`,
  );
  await query(
    { ...copying.source, user, password },
    `CREATE FOREIGN DATA WRAPPER wrapper; CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
     CREATE FOREIGN TABLE distant (id int OPTIONS (a 'b')) SERVER far; CREATE VIEW over_distant AS SELECT * FROM distant`,
  );
  const as = { database: { user, password } };
  await Promise.all([copying.dump({}, as), copying.restore({}, as)]);
  expect(await copying.differences()).toEqual([]);
  expect((await copying.manifest('restore')).leftOut).toEqual([]);
  const schemas = [copying.target, copying.source].map((login) => schemaOf({ ...login, user, password }));
  expect(schemas[0]).toEqual(schemas[1]);
});

test('rows of an extension’s configuration table arrive, those that its condition names', async () => {
  copying = await prepareCopying(cluster, '');
  // As the extension's own script does with pg_extension_config_dump, which no other script may call.
  const configure = `
    CREATE EXTENSION citext;
    CREATE TABLE settings (name text, ours bool); CREATE SEQUENCE numbers;
    INSERT INTO settings VALUES ('of the extension', true);
    ALTER TABLE settings OWNER TO master; ALTER SEQUENCE numbers OWNER TO master;
    ALTER EXTENSION citext ADD TABLE settings; ALTER EXTENSION citext ADD SEQUENCE numbers;
    UPDATE pg_extension SET extconfig = ARRAY['settings'::regclass::oid, 'numbers'::regclass::oid], extcondition = ARRAY['WHERE NOT ours', '']
    WHERE extname = 'citext'`;
  for (const { database } of [copying.source, copying.target]) {
    await asSuperuser(cluster, database, (client) => client.query(configure));
  }
  await asSuperuser(cluster, copying.source.database, (client) =>
    client.query("INSERT INTO settings VALUES ('of the user', false); SELECT setval('numbers', 41)"),
  );
  await Promise.all([copying.dump(), copying.restore()]);
  expect(await copying.differences()).toEqual([]);
  for (const question of ['SELECT * FROM settings ORDER BY name', "SELECT nextval('numbers')"]) {
    expect(await query(copying.target, question)).toEqual(await query(copying.source, question));
  }
});
