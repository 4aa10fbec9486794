import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { createLogin, query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { schemaOf } from './support/schema-of.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
  for (const name of ['app', 'the "reader"']) await createLogin(cluster, name);
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

const granted = `
  CREATE SCHEMA shop; CREATE TABLE shop.items (id serial PRIMARY KEY, name text, price int);
  CREATE VIEW shop.names AS SELECT name FROM shop.items; CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) FROM shop.items;
  CREATE TYPE shop.mood AS ENUM ('ok'); CREATE DOMAIN shop.small AS int;
  CREATE FUNCTION shop.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE shop.p() LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE shop.total(int) (SFUNC = int4pl, STYPE = int);
  INSERT INTO shop.items (name) VALUES ('x'); SELECT lo_create(5), lo_create(6);
  GRANT USAGE ON SCHEMA shop TO app, "the ""reader"""; GRANT CREATE ON SCHEMA shop TO app WITH GRANT OPTION;
  GRANT SELECT, INSERT ON shop.items TO app; GRANT SELECT (name), UPDATE (price, name) ON shop.items TO "the ""reader""";
  GRANT SELECT ON shop.names, shop.counted TO PUBLIC; GRANT USAGE ON SEQUENCE shop.items_id_seq TO app;
  REVOKE EXECUTE ON FUNCTION shop.f(int) FROM PUBLIC; GRANT EXECUTE ON FUNCTION shop.f(int) TO app; GRANT EXECUTE ON PROCEDURE shop.p TO app;
  REVOKE ALL ON FUNCTION shop.total(int) FROM PUBLIC; REVOKE USAGE ON TYPE shop.mood FROM PUBLIC; GRANT USAGE ON TYPE shop.mood, shop.small TO app;
  REVOKE DELETE ON shop.items FROM master;
  ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO app; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
  GRANT SELECT, UPDATE ON LARGE OBJECT 5 TO app; GRANT SELECT ON LARGE OBJECT 6 TO PUBLIC`;

const carry = { input: { grants: 'carry' } } as const;
const copy = () => Promise.all([copying.dump({}, carry), copying.restore({}, carry)]);

test('grants arrive where they are to be carried, each as it was', async () => {
  copying = await prepareCopying(cluster, granted);
  await copy();
  expect(await copying.differences()).toEqual([]);
  expect(schemaOf(copying.target)).toEqual(schemaOf(copying.source));
  const largeObjects = 'SELECT oid, lomacl::text FROM pg_largeobject_metadata ORDER BY 1';
  expect(await query(copying.target, largeObjects)).toEqual(await query(copying.source, largeObjects));
  expect((await copying.manifest('restore')).leftOut).toEqual([]);
  expect((await copying.manifest('dump')).leftOut?.filter(({ what }) => / grants:/.test(what))).toEqual([]);
});

test('grants stay behind and are named where they are not', async () => {
  copying = await prepareCopying(cluster, granted);
  await Promise.all([copying.dump(), copying.restore()]);
  expect(schemaOf(copying.target).filter((line) => /^(GRANT|REVOKE|ALTER DEFAULT)/.test(line))).toEqual([]);
  expect((await copying.manifest('dump')).leftOut?.find(({ what }) => / grants:/.test(what))?.because).toMatch(
    /configuration leaves them/,
  );
});

test('a role that the target lacks is named with what it was not granted; all others get theirs', async () => {
  copying = await prepareCopying(cluster, granted);
  await asSuperuser(cluster, 'postgres', (client) => client.query('CREATE ROLE gone; GRANT gone TO master'));
  await query(
    copying.source,
    `GRANT SELECT ON shop.items TO gone; GRANT USAGE ON SCHEMA shop TO gone; GRANT SELECT ON LARGE OBJECT 5 TO gone;
     ALTER DEFAULT PRIVILEGES FOR ROLE gone GRANT SELECT ON TABLES TO app`,
  );
  await copying.dump({}, carry);
  await asSuperuser(cluster, copying.source.database, (client) => client.query('DROP OWNED BY gone'));
  await asSuperuser(cluster, 'postgres', (client) => client.query('DROP ROLE gone'));
  await copying.restore({}, carry);
  expect(schemaOf(copying.target)).toEqual(schemaOf(copying.source));
  const { leftOut = [] } = await copying.manifest('restore');
  expect(leftOut).toHaveLength(1);
  expect(leftOut[0]).toMatchObject({ because: 'role "gone" does not exist' });
  for (const words of [
    '4 × grant',
    'GRANT SELECT ON TABLE shop.items TO gone',
    'GRANT USAGE ON SCHEMA shop TO gone',
    'LARGE OBJECT 5',
    'FOR ROLE gone',
  ]) {
    expect(leftOut[0]?.what).toContain(words);
  }
});
