import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSampleSource, createSampleTarget, type SampleSource } from '../../../lib/local/sample/database.ts';
import { decrypt, encryptionKeyHash } from '../../../lib/local/sample/encryption.ts';
import { sampleSizes } from '../../../lib/local/sample/size.ts';
import { connect, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';

const encryptionKey = 'a-key-of-the-test';
const passwords = { master: 'master-password', retool: 'retool-password', passage: 'passage-password' };
let cluster: TestCluster;
let source: SampleSource;

beforeAll(async () => {
  cluster = await startTestCluster();
  source = await createSampleSource(cluster, { encryptionKey, passwords });
});
afterAll(() => cluster.close());

/** Order-free over every table, so that two creations can be compared. */
async function fingerprint(): Promise<string[]> {
  const tables = await query<{ name: string }>(
    source.application,
    `SELECT quote_ident(relname) AS name FROM pg_class
      WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const hashes = await query(
    source.application,
    tables
      .map(({ name }) => `SELECT '${name}', count(*), sum(hashtextextended(t::text, 0)) FROM ${name} t`)
      .join(' UNION ALL ')
      .concat(' ORDER BY 1'),
  );
  const objects = await query(
    source.application,
    'SELECT oid, md5(lo_get(oid)) AS contents FROM pg_largeobject_metadata ORDER BY 1',
  );
  const sequences = await query(source.application, 'SELECT sequencename, last_value FROM pg_sequences ORDER BY 1');
  return [...hashes, ...objects, ...sequences].map((row) => JSON.stringify(row));
}

test('it is about 75 MB in about 60 tables, with every kind of thing a copy must carry', async () => {
  const [found] = await query(
    source.application,
    `SELECT (pg_database_size(current_database()) / 1000000)::int AS megabytes,
            (SELECT count(*)::int FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS tables,
            (SELECT count(*)::int FROM pg_class WHERE relkind = 'm' AND relnamespace = 'public'::regnamespace) AS matviews,
            (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f') AS foreign_keys,
            (SELECT count(*)::int FROM pg_attribute WHERE attgenerated = 's') AS generated,
            (SELECT count(*)::int FROM pg_largeobject_metadata) AS large_objects,
            (SELECT count(*)::int FROM pg_trigger WHERE NOT tgisinternal) AS triggers,
            (SELECT count(*)::int FROM "SequelizeMeta") AS migrations`,
  );
  expect(found).toMatchObject({ matviews: 1, generated: 1, large_objects: 2, triggers: 2, migrations: 641 });
  expect(found?.megabytes).toBeGreaterThan(50);
  expect(found?.megabytes).toBeLessThan(85);
  expect(found?.tables).toBeGreaterThan(50);
  expect(found?.foreign_keys).toBeGreaterThan(90);
});

test('the application owns it, and no login is a superuser', async () => {
  const roles = await query(
    source.application,
    `SELECT rolname, rolsuper, pg_has_role(rolname, datdba, 'USAGE') AS owner
       FROM pg_roles, pg_database WHERE datname = current_database() AND rolcanlogin ORDER BY 1`,
  );
  expect(roles).toEqual([
    { rolname: 'master', rolsuper: false, owner: true },
    { rolname: 'passage', rolsuper: false, owner: true },
    { rolname: 'rdsadmin', rolsuper: true, owner: true },
    { rolname: 'retool', rolsuper: false, owner: true },
  ]);
  expect(await query(source.passage, 'SELECT count(*)::int AS n FROM public.pages')).toEqual([{ n: 400 }]);
});

test('stored secrets decrypt with the key alone, and carry its hash', async () => {
  const [row] = await query<{ options: { password: Parameters<typeof decrypt>[1] } }>(
    source.application,
    'SELECT options FROM resources WHERE id = 8',
  );
  const password = row?.options.password;
  if (!password) throw new Error('no encrypted value');
  expect(decrypt(encryptionKey, password)).toBe('password-of-resource-7');
  expect(() => decrypt('another-key', password)).toThrow(/another ENCRYPTION_KEY/);
  const hashes = await query(
    source.application,
    `SELECT DISTINCT h[1] AS hash
       FROM (SELECT options::text AS t FROM resources UNION ALL SELECT "values"::text FROM config_vars
             UNION ALL SELECT config::text FROM sso_configs) AS s,
            regexp_matches(t, '"encryptionKeyHash": ?"([0-9a-f]{64})"', 'g') AS h`,
  );
  expect(hashes).toEqual([{ hash: encryptionKeyHash(encryptionKey) }]);
});

test('new rows go on behind the last id, and the writer finds its own', async () => {
  const rows = await query(
    source.application,
    `INSERT INTO audit_trail_events ("actionType", metadata) VALUES ('QUERY_RUN', '{"writer": 1}') RETURNING id`,
  );
  expect(rows).toEqual([{ id: '100001' }]);
  expect(
    await query(source.application, "SELECT count(*)::int AS n FROM audit_trail_events WHERE metadata ? 'writer'"),
  ).toEqual([{ n: 1 }]);
});

test('a second creation makes the same database, even while somebody is connected and logins are locked', async () => {
  await query(
    source.application,
    "DELETE FROM audit_trail_events WHERE metadata ? 'writer'; SELECT setval('audit_trail_events_id_seq', 100000)",
  );
  const first = await fingerprint();
  await connect(source.application);
  // As a cutover leaves them.
  await query(source.master, 'ALTER ROLE retool NOLOGIN');
  await query(source.master, 'ALTER ROLE master NOLOGIN').catch(() => {});
  source = await createSampleSource(cluster, { encryptionKey, passwords });
  expect(await fingerprint()).toEqual(first);
});

test('another size has other counts and the same shape, and is the same at every creation', async () => {
  // So many page saves are filled in two slices.
  const rows = {
    ...sampleSizes.small.rows,
    ...{ users: 100, pages: 10, pageSaves: 9_000, components: 20 },
    ...{ auditTrailEvents: 1_000, workflowRuns: 100, blockResults: 500, small: 5 },
  };
  const shapeOf = () =>
    query(
      source.application,
      `SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS is FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
       UNION ALL SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`,
    );
  const shape = await shapeOf();
  const shares: number[] = [];
  source = await createSampleSource(cluster, { encryptionKey, passwords, rows, told: (share) => shares.push(share) });
  const first = await fingerprint();
  expect(
    await query(
      source.application,
      'SELECT (SELECT count(*)::int FROM page_saves) AS saves, (SELECT count(*)::int FROM workflow_block_results) AS results',
    ),
  ).toEqual([{ saves: 9_000, results: 500 }]);
  expect(await shapeOf()).toEqual(shape);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBeCloseTo(1);
  source = await createSampleSource(cluster, { encryptionKey, passwords, rows });
  expect(await fingerprint()).toEqual(first);
});

test('the target is an empty database of its master', async () => {
  const { master } = await createSampleTarget(cluster, { passwords });
  expect(
    await query(
      master,
      "SELECT current_database() AS name, pg_has_role(datdba, 'USAGE') AS owner FROM pg_database WHERE datname = current_database()",
    ),
  ).toEqual([{ name: 'retool', owner: true }]);
  expect(await query(master, "SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
});
