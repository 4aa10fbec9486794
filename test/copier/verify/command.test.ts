import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { passage } from '../../commands/calling.ts';
import {
  createDatabase,
  createLogin,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

let cluster: TestCluster;
let reader: TestLogin;
let source: TestLogin;
let target: TestLogin;
let folder: string;
const before = { ...process.env };
beforeAll(async () => {
  cluster = await startTestCluster();
  reader = await createLogin(cluster, 'reader');
  folder = mkdtempSync(join(tmpdir(), 'passage-verify-'));
});
beforeEach(async () => {
  source = await createDatabase(cluster);
  await query(
    source,
    `CREATE TABLE users (id serial PRIMARY KEY, email text, secret text);
     INSERT INTO users (email, secret) SELECT i || '@x', 'secret ' || i FROM generate_series(1, 50) i;
     CREATE INDEX users_email ON users (email);
     GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader`,
  );
  target = await createDatabase(cluster, { template: source.database });
  Object.assign(process.env, { SOURCE_PASSWORD: reader.password, TARGET_PASSWORD: reader.password });
});
afterEach(() => {
  for (const name of ['SOURCE_PASSWORD', 'TARGET_PASSWORD']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cluster?.close();
});

const url = ({ host, port, database }: TestLogin) => `postgresql://reader@${host}:${port}/${database}`;
const verify = (...more: string[]) => passage('verify', '--source', url(source), '--target', url(target), ...more);

test('equal databases are exit code 0 and one word', async () => {
  const { code, output } = await verify();
  expect(output).toMatch(/^EQUAL {2}every row and every object\n1 table, 50 rows, .* compared byte for byte in/);
  expect(code).toBe(0);
  // pg_dump's is gone a little after pg_dump.
  const ours = "SELECT FROM pg_stat_activity WHERE application_name LIKE 'passage/%'";
  await until(async () => (await query(source, ours)).length === 0);
});

test('what may not be read on the target is named, with the SQL that lets it', async () => {
  await query(target, 'REVOKE SELECT ON users FROM reader');
  const { code, output } = await verify();
  expect(code).toBe(7);
  expect(output).toMatch(/may not read in target database .*: table "public"."users"/);
  expect(output).toContain('GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "reader";');
});

test('a database is not proved equal to itself, whatever it is called', async () => {
  const { code, output } = await passage(
    ...['verify', '--source', url(source), '--target', url({ ...source, host: 'localhost' })],
  );
  expect(code).toBe(3);
  expect(output).toContain('two names of one database');
});

test('different ones are exit code 1, with table, key and object, and no contents', async () => {
  await query(
    target,
    "DELETE FROM users WHERE id = 7; UPDATE users SET secret = 'other secret' WHERE id = 8; DROP INDEX users_email",
  );
  const { code, output } = await verify();
  expect(code).toBe(1);
  expect(output).toMatch(/^NOT EQUAL {2}2 differences/);
  for (const told of [
    'public.users',
    'row id = 7 is missing',
    'row id = 8 changed in secret',
    'INDEX public.users_email is missing',
  ]) {
    expect(output).toContain(told);
  }
  expect(output).not.toContain('other secret');
  expect(output).not.toContain(reader.password);

  const json = await verify('--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.output)).toMatchObject({
    equal: false,
    located: [{ table: 'public.users', key: ['id'], missing: 1, changed: 1 }],
    catalog: { differences: [{ kind: 'missing', object: 'INDEX public.users_email' }] },
  });
});

test('both sides of a configuration are taken as they stand there', async () => {
  const database = ({ host, port, database: name, user }: TestLogin, variable: string) => ({
    database: { host, port, database: name, user, password: { env: variable } },
  });
  const file = join(folder, 'mine.json');
  writeFileSync(
    file,
    JSON.stringify({
      name: 'mine',
      journey: 'retool-ecs-to-eks',
      platform: 'local',
      source: database({ ...source, user: 'reader' }, 'SOURCE_PASSWORD'),
      target: database({ ...target, user: 'reader' }, 'TARGET_PASSWORD'),
    }),
  );
  expect(await passage('verify', '--migration', file)).toMatchObject({ code: 0 });
  // One given side wins over the file's.
  const twin = await createDatabase(cluster, { template: target.database });
  await query(target, 'DROP INDEX users_email');
  expect(await passage('verify', '--migration', file, '--target', url(twin))).toMatchObject({ code: 0 });
});

test.each([
  ['source', 6, 'SourceLoginRefused'],
  ['target', 7, 'TargetLoginRefused'],
] as const)('a %s that refuses the login is exit code %d', async (side, code, name) => {
  process.env[`${side.toUpperCase()}_PASSWORD`] = 'wrong';
  const refused = await verify();
  expect(refused).toMatchObject({ code, output: expect.stringContaining(`${name}: The ${side} database`) });
  expect(refused.output).not.toContain('wrong');
});
