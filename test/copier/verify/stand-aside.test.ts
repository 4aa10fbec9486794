import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect, createDatabase, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { prove } from './proving.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster?.close());

test('while a table is hashed and would be for ever, a LOCK TABLE is through, and the table is hashed again', async () => {
  const source = await createDatabase(cluster);
  // A value whose text, which is hashed, takes a lock that the test holds.
  await query(
    source,
    `CREATE TYPE pair AS (a int, b int);
     CREATE FUNCTION said(pair) RETURNS text LANGUAGE plpgsql
       AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN ($1).a; END';
     CREATE CAST (pair AS text) WITH FUNCTION said(pair);
     CREATE TABLE t (id int PRIMARY KEY, p pair); INSERT INTO t VALUES (1, (1, 2))`,
  );
  const target = await createDatabase(cluster, { template: source.database });
  const holder = await connect(source);
  await holder.query('SELECT pg_advisory_lock(4711)');
  const proving = prove(source, target);
  await until(
    async () => (await query(source, "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).length,
  );
  await query(source, 'BEGIN; LOCK TABLE t; COMMIT');
  await holder.end();
  expect((await proving).equal).toBe(true);
});
