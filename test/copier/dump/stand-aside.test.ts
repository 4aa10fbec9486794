import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LOOK_EVERY_MS, PATIENCE_MS } from '../../../lib/copier/dump/stand-aside.ts';
import type { Clock } from '../../../lib/copier/ports.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { connect, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { type Copying, fourChunks, prepareCopying, realClock, tableLocks } from '../support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

const said = (event: string) => copying.events.filter((each) => each.event === event);

test('what an ALTER TABLE waits for at most adds up to less than 3 s', () => {
  // Patience, the look that finds it exceeded, the look that finds the cancelled session still there; 200 ms for each look.
  expect(PATIENCE_MS + 2 * (LOOK_EVERY_MS + 200)).toBeLessThan(3000);
});

/** Sessions of ours that were asked, or made, to let go. */
const sessions = (event: string) => new Set(said(event).map(({ session }) => session));

describe('while a chunk is sent and would be for ever', () => {
  let go: PromiseWithResolvers<void>;
  let dumping: ReturnType<Copying['dump']>;
  beforeEach(async () => {
    go = Promise.withResolvers();
    const begun = Promise.withResolvers<void>();
    const staging = copying.staging.inTheMiddle(() => {
      begun.resolve();
      return go.promise;
    });
    dumping = copying.dump({ staging }, { input: { workers: 1 } });
    dumping.catch(() => {});
    await begun.promise;
    // pg_dump locks every table too; its session is gone a little after it is through.
    await until(() => copying.staging.get('attempts/1/schema.dump'));
    await until(async () => (await tableLocks(copying.source)).length === 1);
  });
  afterEach(() => go.resolve());

  test('an ALTER TABLE is through, and the dump starts again under a new snapshot', async () => {
    await query(copying.source, 'ALTER TABLE t1 ADD CONSTRAINT positive CHECK (id > 0), ADD added int');
    expect(said('stood aside for a waiting session')).toHaveLength(1);
    expect(said('chunk put back')).toHaveLength(0);
    go.resolve();
    expect((await dumping).rows).toBe(18_000);
    expect((await copying.manifest('dump')).attempt).toBe(2);
  });

  test('a LOCK TABLE is through, and the chunk alone is copied again', async () => {
    await query(copying.source, 'BEGIN; LOCK TABLE t1; COMMIT');
    // Perhaps more than once, if it is still there when they are looked for again.
    expect(sessions('ended a session that did not stand aside').size).toBe(1);
    go.resolve();
    expect((await dumping).rows).toBe(18_000);
    expect((await copying.manifest('dump')).attempt).toBe(1);
    expect(said('chunk put back').map(({ chunk, tries }) => [chunk, tries])).toEqual([['000001', 1]]);
    expect(said('tried again')).toEqual([]);
    await copying.restore();
    expect(await copying.differences()).toEqual([]);
  });

  test('whoever waits for another table, or for less than an exclusive lock, is not made way for', async () => {
    // Readers and writers do not wait at all.
    await query(copying.source, 'INSERT INTO t1 VALUES (0, NULL)');
    const application = await connect(copying.source);
    await application.query('BEGIN; LOCK TABLE t2 IN ACCESS SHARE MODE');
    const waiting = await connect(copying.source);
    const [itself] = (await waiting.query('SELECT pg_backend_pid() AS pid')).rows;
    const altering = waiting.query('ALTER TABLE t2 ADD added int');
    altering.catch(() => {});
    // Until the locks were looked at when it had waited longer than anybody is let wait.
    const looked = `SELECT FROM pg_locks l, pg_stat_activity s
      WHERE l.pid = $1 AND NOT l.granted AND s.application_name LIKE 'passage/%'
        AND s.query LIKE '%locks AS MATERIALIZED%' AND s.state = 'idle'
        AND s.query_start > l.waitstart + $2 * interval '1 ms'`;
    await until(async () => (await query(copying.source, looked, [itself.pid, PATIENCE_MS])).length > 0);
    await query(copying.source, 'SELECT pg_cancel_backend($1)', [itself.pid]);
    await expect(altering).rejects.toThrow('canceling statement');
    expect(said('stood aside for a waiting session')).toEqual([]);
    await application.end();
    go.resolve();
    expect((await dumping).rows).toBe(18_000);
  });
});

test('while a chunk is hashed and would be for ever, a LOCK TABLE is through', async () => {
  // A value whose text takes a lock that the test holds: COPY has no need of the cast, the hash has.
  await query(
    copying.source,
    `CREATE TYPE pair AS (a int, b int);
     CREATE FUNCTION said(pair) RETURNS text LANGUAGE plpgsql
       AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN ($1).a; END';
     CREATE CAST (pair AS text) WITH FUNCTION said(pair);
     ALTER TABLE t1 ADD p pair; UPDATE t1 SET p = (1, 2) WHERE id = 1`,
  );
  const holder = await connect(copying.source);
  await holder.query('SELECT pg_advisory_lock(4711)');
  let through = false;
  // The next look comes when the cancelled statement has ended, however long a busy machine takes for it.
  const clock: Clock = {
    now: realClock.now,
    async sleep(ms, signal) {
      do await realClock.sleep(ms, signal);
      while (said('stood aside for a waiting session').length > 0 && !through);
    },
  };
  const dumping = copying.dump({ clock }, { input: { workers: 1 } });
  await until(async () => {
    const waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    return (await query(copying.source, waiting)).length > 0;
  });
  await until(async () => (await tableLocks(copying.source)).length === 1);
  await query(copying.source, 'BEGIN; LOCK TABLE t1; COMMIT');
  through = true;
  expect(said('stood aside for a waiting session')).toMatchObject([{ table: 'public.t1' }]);
  // A statement that can be cancelled costs no session.
  expect(said('ended a session that did not stand aside')).toEqual([]);
  await holder.end();
  expect((await dumping).rows).toBe(18_000);
  expect((await copying.manifest('dump')).attempt).toBe(1);
  expect(said('chunk put back')).toHaveLength(1);
});

test('while pg_dump holds every table and takes its time, a LOCK TABLE is through', async () => {
  // It reads comments when it has locked its tables, and waits for them however long.
  await asSuperuser(cluster, copying.source.database, async (owner) => {
    await owner.query('BEGIN; LOCK TABLE pg_description');
    const dumping = copying.dump({}, { input: { workers: 1 } });
    dumping.catch(() => {});
    const schemaDump = await until(async () => {
      const waits = `SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'pg_description'::regclass`;
      return (await query<{ pid: number }>(copying.source, waits))[0]?.pid;
    });
    expect(await tableLocks(copying.source)).toContainEqual({ pid: schemaDump, tables: ['t1', 't2', 't3', 't4'] });
    await query(copying.source, 'BEGIN; LOCK TABLE t2; COMMIT');
    expect(sessions('stood aside for a waiting session')).toContain(schemaDump);
    await owner.query('COMMIT');
    expect((await dumping).rows).toBe(18_000);
  });
  expect((await copying.manifest('dump')).attempt).toBe(1);
  expect(said('tried again')).toMatchObject([{ what: 'read the schema' }]);
});

test('a table that somebody keeps locked is left for later', async () => {
  const application = await connect(copying.source);
  const staging = copying.staging.acting(async (what, key) => {
    if (what === 'create' && key.endsWith('plan.json')) await application.query('BEGIN; LOCK TABLE t2');
  });
  const dumping = copying.dump({ staging }, { input: { workers: 1 } });
  await until(() => said('chunk put back').length > 0);
  // The others went on meanwhile.
  await until(async () => (await copying.staging.list('attempts/1/done/')).length === 3);
  await application.query('COMMIT');
  expect((await dumping).rows).toBe(18_000);
  expect((await copying.manifest('dump')).attempt).toBe(1);
});
