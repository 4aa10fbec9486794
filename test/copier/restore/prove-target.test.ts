import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TargetProof } from '../../../lib/copier/staged.ts';
import { keys } from '../../../lib/copier/staged.ts';
import { describeRow } from '../../../lib/copier/verify/findings.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fourChunks, prepareCopying } from '../support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(
    cluster,
    `${fourChunks}
     CREATE TABLE "Odd ""T""" (a int, "b ""b""" text, secret text, twice int GENERATED ALWAYS AS (a * 2) STORED NOT NULL,
       CONSTRAINT "p ""k""" PRIMARY KEY ("b ""b""", a));
     INSERT INTO "Odd ""T""" SELECT i, 'name ' || i, 'secret ' || i FROM generate_series(1, 50) i;
     CREATE INDEX t1_v ON t1 (v);
     CREATE TABLE parts (k int) PARTITION BY LIST (k);
     CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
     CREATE INDEX unfinished ON ONLY parts (k);
     CREATE TABLE behind (id serial PRIMARY KEY);
     INSERT INTO behind VALUES (100);
     CREATE VIEW all_of_it AS SELECT id FROM t1;
     CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM t1`,
  );
  await Promise.all([copying.dump(), copying.restore()]);
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

const proof = async () => (await copying.manifest('restore')).proof as TargetProof;
/** What a worker is left to do that died before it had proved the copy, once somebody has been at the target. */
async function unproved(tamper: string) {
  await query(copying.target, "DELETE FROM passage.chunks WHERE chunk LIKE '%measured'");
  await query(copying.target, tamper);
}
async function provedAgain(tamper: string) {
  await unproved(tamper);
  await copying.restore();
  return await proof();
}
const rows = ({ located }: TargetProof) =>
  located.flatMap((table) => table.rows.map((row) => `${table.table}: ${describeRow(row)}`));

test('an untouched copy has no difference, and says how much was compared', async () => {
  const { located, catalog } = await proof();
  expect({ located, differences: catalog.differences }).toEqual({ located: [], differences: [] });
  expect(catalog.objects).toBeGreaterThan(15);
  expect(catalog.remarks).toEqual([
    'SEQUENCE public.behind_id_seq is behind public.behind.id at the target, as it is at the source.',
  ]);
});

describe('what somebody does to the target', () => {
  test('in its rows is found with table and key, against what lies in staging', async () => {
    const found = await provedAgain(
      `DELETE FROM t1 WHERE id = 7; UPDATE t2 SET v = 'other secret' WHERE id = 4500; INSERT INTO t3 VALUES (-1, 'more');
       ALTER TABLE "Odd ""T""" DROP CONSTRAINT "p ""k""";
       INSERT INTO "Odd ""T""" (a, "b ""b""", secret) VALUES (3, 'name 3', 'secret 3');
       UPDATE "Odd ""T""" SET secret = 'x' WHERE a = 9`,
    );
    expect(rows(found).sort()).toEqual([
      'public.Odd "T": row a = 3, b "b" = "name 3" is duplicated',
      'public.Odd "T": row a = 9, b "b" = "name 9" changed in secret',
      'public.t1: row id = 7 is missing',
      'public.t2: row id = 4500 changed in v',
      'public.t3: row id = -1 is unexpected',
    ]);
    expect(JSON.stringify(found)).not.toContain('secret 3');
    expect(found.catalog.differences.map(({ object }) => object)).toEqual(['CONSTRAINT public.Odd "T" p "k"']);
  });

  test('in its catalog is found by name', async () => {
    await asSuperuser(cluster, copying.target.database, (client) =>
      client.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't1_v'::regclass"),
    );
    const found = await provedAgain(
      'ALTER TABLE t2 ADD extra int; CREATE TABLE stranger (v int); DROP VIEW all_of_it; CREATE INDEX more ON t3 (v)',
    );
    expect(found.catalog.differences.map(({ message }) => message).sort()).toEqual([
      'INDEX public.more is only at the target.',
      'INDEX public.t1_v is invalid at the target, valid at the source.',
      'TABLE public.stranger is only at the target.',
      'TABLE public.t2 is defined differently: extra.',
      'VIEW public.all_of_it is missing at the target.',
    ]);
    expect(found.located).toEqual([]);
  });
});

test('rows that cannot be located are said to differ all the same, and why they are not', async () => {
  const plan = JSON.parse((await copying.staging.get(keys.plan(1)))?.toString() ?? '') as {
    chunks: { id: string; pieces: { table: number }[] }[];
    tables: { name: string }[];
  };
  const at = plan.tables.findIndex(({ name }) => name === 't1');
  const chunk = plan.chunks.find(({ pieces }) => pieces.some(({ table }) => table === at))?.id ?? '';
  writeFileSync(copying.staging.path(keys.chunk(1, chunk)), 'damaged');
  const found = await provedAgain('DELETE FROM t1 WHERE id = 7');
  expect(found.located).toMatchObject([
    { table: 'public.t1', rows: [], note: expect.stringMatching(/not located: .*chunk/) },
  ]);
});

test('a holder that came later is obeyed while rows are located', async () => {
  await unproved('DELETE FROM t1 WHERE id = 7');
  let tried = 0;
  const staging = copying.staging.acting(async (what) => {
    if (what === 'open') tried += 1;
    if (what === 'open')
      await query(copying.target, "SET lock_timeout = '100ms'; UPDATE passage.fence SET epoch = 2").catch(() => {});
  });
  // The row of the fence is held as long as rows are written: the later holder waits.
  await copying.restore({ staging });
  expect(tried).toBe(1);
  expect(await query(copying.target, 'SELECT epoch FROM passage.fence')).toEqual([{ epoch: 1 }]);
});
