import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { inspectContents } from '../../../lib/adapters/postgres/inspect-contents.ts';
import { encrypt, encryptionKeyHash } from '../../../lib/local/sample/encryption.ts';
import { createDatabase, query, startTestCluster, type TestCluster, type TestLogin } from '../../support/postgres.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());

async function inspect(login: TestLogin) {
  const client = new pg.Client({ ...login });
  await client.connect();
  try {
    await client.query("SET search_path = ''");
    return await inspectContents(client);
  } finally {
    await client.end();
  }
}

const literal = (value: unknown) => pg.escapeLiteral(JSON.stringify(value));
const gcm = { ...encrypt('new', 1), authTag: 'ab', iv: 'cd' };
const SCHEMA = `
  CREATE TABLE "SequelizeMeta" (name varchar(255) PRIMARY KEY);
  INSERT INTO "SequelizeMeta" VALUES ('20170627021252-first.js'), ('20240301000000-last.js');
  CREATE TABLE resources (id int, type text, options jsonb);
  CREATE TABLE config_vars (id int PRIMARY KEY, "values" json);
  CREATE TABLE sso_configs (config text);
  CREATE TABLE unrelated (secret jsonb);
  CREATE UNLOGGED TABLE scratch (n int);`;

describe('a database of Retool', () => {
  let found: Awaited<ReturnType<typeof inspect>>;
  beforeAll(async () => {
    const login = await createDatabase(cluster);
    await query(login, SCHEMA);
    await query(
      login,
      `INSERT INTO resources SELECT n, CASE n % 3 WHEN 0 THEN 's3' ELSE 'postgresql' END,
              jsonb_build_object('host', 'h', 'password', ${literal(encrypt('old', 'p'))}::jsonb)
         FROM generate_series(1, 2500) n;
       INSERT INTO config_vars VALUES (1, json_build_object('a', ${literal(gcm)}::json, 'b', ${literal(gcm)}::json));
       -- JSON within a text within JSON.
       INSERT INTO sso_configs VALUES (${literal({ saml: JSON.stringify(encrypt('old', 's')) })});
       INSERT INTO unrelated VALUES (${literal(encrypt('third', 'p'))}::jsonb)`,
    );
    found = await inspect(login);
  });

  test('tells how many schema migrations have run, and the newest', () => {
    expect(found.schemaMigrations).toEqual({ count: 2, newest: '20240301000000-last.js' });
  });

  test('finds encrypted values where Retool keeps them, in every wrapping, at no more than 2,000 rows of a table', () => {
    const [old, next] = [encryptionKeyHash('old'), encryptionKeyHash('new')];
    expect(found.encrypted?.groups).toHaveLength(2);
    expect(found.encrypted?.groups).toEqual(
      expect.arrayContaining([
        { hash: old, methodVersion: 2, authTag: false, values: 2001 },
        { hash: next, methodVersion: 2, authTag: true, values: 2 },
      ]),
    );
    expect(found.encrypted?.lookedAt).toEqual([
      { table: 'public.config_vars', column: 'values', rows: 1, whole: true },
      { table: 'public.resources', column: 'type', rows: 2000, whole: false },
      { table: 'public.resources', column: 'options', rows: 2000, whole: false },
      { table: 'public.sso_configs', column: 'config', rows: 1, whole: true },
    ]);
  });

  test('counts resources by type, and lists tables by size', () => {
    expect(found.resourceTypes).toEqual([
      { type: 'postgresql', count: 1667 },
      { type: 's3', count: 833 },
    ]);
    expect(found.largestTables[0]).toMatchObject({ table: 'public.resources', kind: 'table', primaryKey: false });
    expect(found.largestTables.find(({ table }) => table === 'public.config_vars')?.primaryKey).toBe(true);
    expect(found.largestTables.find(({ table }) => table === 'public.scratch')?.unlogged).toBe(true);
  });

  test('reads settings as the server has them, not as its own session', () => {
    expect(found.settings).toMatchObject({ standard_conforming_strings: 'on', statement_timeout: '0 ms' });
    expect(found.sessions.used).toBeGreaterThan(0);
    expect(found.sessions.most).toBe(Number(found.settings.max_connections));
    expect(found.problems).toEqual([]);
  });
});

test('an empty database has none of it', async () => {
  expect(await inspect(await createDatabase(cluster))).toMatchObject({
    schemaMigrations: null,
    resourceTypes: null,
    encrypted: null,
    largestTables: [],
    problems: [],
  });
});

test('what the login may not read is said; the rest is told', async () => {
  const login = await createDatabase(cluster);
  const reader = { ...login, user: 'inspect_reader', password: 'p' };
  await query(cluster.master, `CREATE ROLE inspect_reader LOGIN PASSWORD 'p'`);
  await query(login, `${SCHEMA} GRANT SELECT ON config_vars, "SequelizeMeta" TO inspect_reader`);
  const found = await inspect(reader);
  expect(found.schemaMigrations?.count).toBe(2);
  expect(found.resourceTypes).toBeNull();
  expect(found.encrypted?.lookedAt.map(({ table }) => table)).toEqual(['public.config_vars']);
  expect(new Set(found.problems.map(({ kind, where }) => `${kind} ${where}`))).toEqual(
    new Set(['not-looked public.resources', 'not-looked public.sso_configs']),
  );
});
