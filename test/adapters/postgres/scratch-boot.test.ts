import { handOver, lookAtBooted } from '../../../lib/adapters/postgres/scratch-boot.ts';
import { asSuperuser, createMaster } from '../../../lib/local/postgres/master.ts';
import { connect, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';

const DATABASE = 'passage_autumn';
let cluster: TestCluster;
const login = (user: string, database = DATABASE) => ({
  host: cluster.host,
  port: cluster.port,
  database,
  user,
  password: 'hush',
});
const target = () => ({ admin: login('mover', 'postgres'), database: DATABASE, run: 'autumn', epoch: 1 });

beforeAll(async () => {
  cluster = await startTestCluster();
  await createMaster(cluster, { user: 'mover', password: 'hush' });
  await asSuperuser(cluster, 'postgres', async (client) => {
    for (const role of ['friend', 'stranger']) await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'hush'`);
    await client.query('GRANT friend TO mover');
  });
});
afterAll(() => cluster.close());

beforeEach(async () => {
  await query(login('mover', 'postgres'), `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  await query(login('mover', 'postgres'), `CREATE DATABASE ${DATABASE} TEMPLATE template0`);
  await query(
    login('mover'),
    `CREATE SCHEMA passage;
     CREATE TABLE passage.fence (run text);
     CREATE TYPE kind AS ENUM ('one', 'two');
     CREATE TABLE "Resources" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, own serial, kind kind, options jsonb);
     CREATE SEQUENCE numbers;
     CREATE VIEW few AS SELECT id FROM "Resources";
     CREATE MATERIALIZED VIEW more AS SELECT id FROM "Resources";
     CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n'`,
  );
});

const migration = `ALTER TABLE "Resources" ADD COLUMN name text;
  ALTER TYPE kind RENAME TO sort;
  CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n + n';
  CREATE TABLE fresh (id int);
  REFRESH MATERIALIZED VIEW more;
  SELECT nextval('numbers');
  INSERT INTO "Resources" (options) VALUES ('{}')`;

test('the application may migrate what Passage restored, and Passage may still drop it', async () => {
  await expect(query(login('friend'), migration)).rejects.toThrow(/must be owner/);
  await handOver(target(), 'friend');
  await handOver(target(), 'friend');
  await query(login('friend'), migration);
  // What is Passage's own stays so.
  expect(await query(login('mover'), 'SELECT tableowner FROM pg_tables WHERE schemaname = $$passage$$')).toEqual([
    { tableowner: 'mover' },
  ]);
  await query(login('mover', 'postgres'), `DROP DATABASE ${DATABASE} WITH (FORCE)`);
});

test('where Passage may not act as the application, it grants what it can: only a change of tables is refused', async () => {
  await handOver(target(), 'stranger');
  await query(
    login('stranger'),
    `INSERT INTO "Resources" (options) VALUES ('{}'); SELECT nextval('numbers'), twice(2) FROM few`,
  );
  await query(login('stranger'), 'CREATE TABLE fresh (id int)');
  await expect(query(login('stranger'), 'ALTER TABLE "Resources" ADD COLUMN name text')).rejects.toThrow(
    /must be owner/,
  );
});

test('nothing outside of the scratch database is given to the application', async () => {
  const held = () =>
    query(
      login('mover', 'postgres'),
      `SELECT datname, datdba::regrole::text AS owner, datacl::text AS acl FROM pg_database WHERE datname <> '${DATABASE}' ORDER BY 1`,
    );
  const before = await held();
  await handOver(target(), 'stranger');
  expect(await held()).toEqual(before);
});

test("Passage's own login needs nothing, a role that is not there is told, and no other database is ever touched", async () => {
  await handOver({ ...target(), database: 'retool' }, 'mover');
  await expect(handOver(target(), 'nobody')).rejects.toMatchObject({
    name: 'TargetLoginRefused',
    message: expect.stringMatching(/no role "nobody"/),
  });
  for (const attempt of [
    handOver({ ...target(), database: 'postgres' }, 'friend'),
    lookAtBooted({ ...target(), database: 'retool' }, null),
  ]) {
    await expect(attempt).rejects.toMatchObject({ name: 'InvalidInput' });
  }
});

test('sees whether an application has a session there, which migrations ran, and by which keys values are encrypted', async () => {
  expect(await lookAtBooted(target(), 'friend')).toMatchObject({ sessions: 0, schemaMigrations: null });
  const hash = 'a'.repeat(64);
  await query(
    login('mover'),
    `CREATE TABLE "SequelizeMeta" (name varchar(255) PRIMARY KEY);
     INSERT INTO "SequelizeMeta" VALUES ('20240101-one'), ('20240102-two');
     CREATE TABLE config_vars (id int, "values" jsonb);
     INSERT INTO config_vars VALUES (1, '{"e1": {"encryptionKeyHash": "${hash}", "methodVersion": 2, "encryptedValue": "00", "authTag": null}}')`,
  );
  await handOver(target(), 'friend');
  const application = await connect(login('friend'));
  const seen = await lookAtBooted(target(), 'friend');
  await application.end();
  expect(seen).toMatchObject({
    sessions: 1,
    schemaMigrations: { count: 2, newest: '20240102-two' },
    encrypted: { groups: [{ hash, values: 1 }] },
  });
});

test("a monitor's session is not taken for the application's", async () => {
  const monitor = await connect(login('stranger'));
  try {
    expect(await lookAtBooted(target(), 'friend')).toMatchObject({ sessions: 0 });
    expect(await lookAtBooted(target(), null)).toMatchObject({ sessions: 1 });
  } finally {
    await monitor.end();
  }
});

test('a member that may not act as the application grants, and does not fail at changing owners', async () => {
  await asSuperuser(cluster, 'postgres', async (client) => {
    const { rows } = await client.query("SELECT current_setting('server_version_num')::int >= 160000 AS new");
    const [version] = rows;
    await client.query('CREATE ROLE acquaintance LOGIN');
    // Before 16 there is no membership without SET; then not to be a member at all is the same case.
    if (version?.new) await client.query('GRANT acquaintance TO mover WITH SET FALSE');
  });
  await handOver(target(), 'acquaintance');
  expect(await query(login('mover'), "SELECT tableowner FROM pg_tables WHERE tablename = 'Resources'")).toEqual([
    { tableowner: 'mover' },
  ]);
});
