import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { closeSession, openSession } from '../../lib/copier/postgres/session.ts';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import {
  connect,
  createLogin,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../support/postgres.ts';
import { startTestStandby, type TestStandby } from '../support/standby.ts';
import { until } from '../support/until.ts';
import { type Copying, fastClockAfter, fourChunks, prepareCopying, tableLocks } from './support/copying.ts';
import { everyKind } from './support/every-kind.ts';

/** The source is a guest's house: nothing in it is written, moved or kept locked. */

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  // Nobody else shall write or clean up while statistics are compared.
  cluster = await startTestCluster({ settings: { autovacuum: 'off' } });
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

const ours =
  "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'passage/%' AND datname = current_database()";

describe('a source that nobody writes to', () => {
  /** Everything that a write would change, read as the provider's superuser. */
  const state = async (login: TestLogin) =>
    await asSuperuser(cluster, login.database, async (client) => {
      const one = async (sql: string) => (await client.query(sql)).rows;
      // A session tells its statistics before it is gone; PostgreSQL 14 shows them from a file that may be older.
      const gone = await until(async () => {
        const [alone] = await one(
          `SELECT clock_timestamp()::text AS at FROM pg_stat_activity
           WHERE datname = current_database() AND backend_type = 'client backend' HAVING count(*) = 1`,
        );
        return alone?.at;
      });
      await until(async () => {
        const fresh = 'SELECT pg_stat_get_snapshot_timestamp() > $1 IS NOT FALSE AS fresh';
        return (await client.query(fresh, [gone])).rows[0].fresh;
      });
      const tables = await one(
        `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r' AND n.nspname !~ '^pg_|information_schema' ORDER BY 1, 2`,
      );
      const hashes: unknown[] = [];
      for (const { nspname, relname } of tables) {
        const name = `${client.escapeIdentifier(nspname)}.${client.escapeIdentifier(relname)}`;
        hashes.push(
          (await one(`SELECT count(*), sum(hashtextextended(t::text, 0)), max(xmax::text) FROM ONLY ${name} t`))[0],
        );
      }
      return {
        tables,
        hashes,
        writes: await one(
          // Not n_dead_tup: reading a page removes what is dead to everybody. Shared catalogs are the target's, too.
          `SELECT relid, n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd, n_live_tup, last_vacuum, last_analyze
           FROM pg_stat_all_tables JOIN pg_class ON pg_class.oid = relid WHERE NOT relisshared ORDER BY relid`,
        ),
        database: await one(
          `SELECT tup_inserted, tup_updated, tup_deleted, temp_files, temp_bytes, deadlocks, conflicts
           FROM pg_stat_database WHERE datname = current_database()`,
        ),
        files: await one(
          'SELECT oid, relname, relfilenode, relacl, reloptions FROM pg_class WHERE NOT relisshared ORDER BY oid',
        ),
        catalog: await one(
          `SELECT (SELECT count(*) FROM pg_attribute) AS attributes, (SELECT count(*) FROM pg_proc) AS functions,
                  (SELECT count(*) FROM pg_namespace) AS schemas, (SELECT count(*) FROM pg_largeobject_metadata) AS objects,
                  (SELECT array_agg(datacl::text) FROM pg_database WHERE datname = current_database()) AS rights`,
        ),
        sequences: await one('SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2'),
      };
    });

  test('is the same before and after a whole rehearsal’s copy: rows, files, catalog and statistics', async () => {
    copying = await prepareCopying(cluster, everyKind);
    const before = await state(copying.source);
    await Promise.all([copying.dump(), copying.restore()]);
    expect(await copying.differences()).toEqual([]);
    expect(await state(copying.source)).toEqual(before);
  });

  test('could not be written by a session of ours, and is given no transaction id', async () => {
    copying = await prepareCopying(cluster, fourChunks);
    const { signal } = new AbortController();
    const session = await openSession(copying.database('source'), signal);
    for (const write of ['DELETE FROM public.t1', 'CREATE TABLE public.t9 ()', 'TRUNCATE public.t1']) {
      await expect(session.query(write)).rejects.toMatchObject({ code: '25006' });
    }
    await closeSession(session);
    let ids: unknown[] = [];
    await copying.dump({
      staging: copying.staging.inTheMiddle(async () => {
        ids = await query(
          copying.source,
          `SELECT DISTINCT backend_xid FROM pg_stat_activity JOIN (${ours}) s USING (pid)`,
        );
      }),
    });
    expect(ids).toEqual([{ backend_xid: null }]);
  });
});

describe('locks', () => {
  test('are one chunk’s at most, and none of the session that holds the snapshot', async () => {
    copying = await prepareCopying(cluster, fourChunks);
    const holder = () => copying.events.find(({ event }) => event === 'snapshot exported')?.session;
    let locks: Awaited<ReturnType<typeof tableLocks>> = [];
    let relations: { pid: number }[] = [];
    await copying.dump(
      {
        staging: copying.staging.inTheMiddle(async () => {
          // pg_dump, which locks every table at once, is through, and a little later its session is gone.
          await until(() => copying.staging.get('attempts/1/schema.dump'));
          locks = await until(async () => {
            const found = await tableLocks(copying.source);
            return found.filter(({ pid }) => pid !== holder()).length === 1 ? found : undefined;
          });
          // Of the catalog's too, but for the sessions that look at it now and then.
          relations = await query(
            copying.source,
            `SELECT DISTINCT l.pid FROM pg_locks l JOIN (${ours}) s USING (pid)
             WHERE l.locktype = 'relation' AND (l.relation >= 16384 OR l.pid = $1)`,
            [holder()],
          );
        }),
      },
      { input: { workers: 1 } },
    );
    expect(holder()).toEqual(expect.any(Number));
    expect(locks).toEqual([{ pid: expect.any(Number), tables: ['t1'] }]);
    expect(locks[0]?.pid).not.toBe(holder());
    expect(relations).toEqual([{ pid: locks[0]?.pid }]);
    // Once it has ended, nothing is locked and no transaction is open.
    await until(async () => (await query(copying.source, ours)).length === 0);
  });

  test('are held by as many sessions as are known: two a worker and four more', async () => {
    copying = await prepareCopying(cluster, fourChunks);
    let sessions = 0;
    const throttle = { maxLockWaits: 5, maxReplicaLagSeconds: 60 };
    await copying.dump(
      {
        staging: copying.staging.inTheMiddle(async () => {
          sessions = (await query(copying.source, ours)).length;
        }),
      },
      { input: { workers: 3, throttle } },
    );
    expect(sessions).toBeGreaterThan(3);
    // The snapshot's holder, the two that watch, pg_dump.
    expect(sessions).toBeLessThanOrEqual(2 * 3 + 4);
  });
});

describe('what the owner of the house has set', () => {
  test('for the role or the database does not break a copy', async () => {
    copying = await prepareCopying(cluster, everyKind);
    const { database, user } = copying.source;
    const settings = [
      "statement_timeout = '1ms'",
      "idle_in_transaction_session_timeout = '1ms'",
      "lock_timeout = '1ms'",
      'search_path = pg_catalog',
      "datestyle = 'SQL, DMY'",
      "intervalstyle = 'sql_standard'",
      "timezone = 'Pacific/Auckland'",
      'row_security = on',
      'extra_float_digits = -15',
      "bytea_output = 'escape'",
      'default_transaction_read_only = on',
      "default_transaction_isolation = 'serializable'",
      'default_transaction_deferrable = on',
      'standard_conforming_strings = off',
      "client_min_messages = 'debug1'",
      'quote_all_identifiers = on',
    ];
    await asSuperuser(cluster, 'postgres', async (client) => {
      for (const each of settings) await client.query(`ALTER ROLE ${user} IN DATABASE ${database} SET ${each}`);
    });
    await Promise.all([copying.dump(), copying.restore()]);
    expect(await copying.differences()).toEqual([]);
  });

  test('as a limit of connections is waited out', async () => {
    copying = await prepareCopying(cluster, fourChunks);
    const guest = await createLogin(cluster, 'limited', {
      database: copying.source.database,
      attributes: 'CONNECTION LIMIT 0',
    });
    await query(copying.source, 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited');
    let limit = 0;
    let raised: Promise<unknown> = Promise.resolve();
    const raise = () =>
      asSuperuser(cluster, 'postgres', (client) => {
        limit += 4;
        return client.query(`ALTER ROLE limited CONNECTION LIMIT ${limit}`);
      });
    const dumped = await copying.dump(
      {
        clock: fastClockAfter(() => raised),
        log: (event, fields) => {
          copying.events.push({ event, ...fields });
          if (event === 'tried again') raised = raised.then(raise);
        },
      },
      { database: guest },
    );
    expect(dumped.rows).toBe(18_000);
    expect(limit).toBeGreaterThanOrEqual(8);
  });
});

describe('a read replica as the source', () => {
  let standby: TestStandby;
  beforeAll(async () => {
    standby = await startTestStandby(cluster);
  });
  afterAll(() => standby?.close());
  const caughtUp = async (login: TestLogin) => {
    const [head] = await query<{ lsn: string }>(copying.source, 'SELECT pg_current_wal_lsn()::text AS lsn');
    await until(async () => {
      const replayed = `SELECT FROM pg_database WHERE datname = $2 AND pg_last_wal_replay_lsn() >= $1::pg_lsn`;
      return (await query({ ...login, database: 'postgres' }, replayed, [head?.lsn, login.database])).length;
    });
  };

  const logged = `DO $$ DECLARE unlogged regclass; BEGIN
    FOR unlogged IN SELECT oid FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r' LOOP
      EXECUTE format('ALTER TABLE %s SET LOGGED', unlogged);
    END LOOP; END $$`;

  test('is refused where it does not have all contents', async () => {
    copying = await prepareCopying(
      cluster,
      'CREATE UNLOGGED TABLE volatile (id serial); INSERT INTO volatile DEFAULT VALUES',
    );
    const replica = { port: standby.port };
    await caughtUp({ ...copying.source, ...replica });
    await expect(copying.dump({}, { database: replica })).rejects.toMatchObject({
      name: 'DumpFailed',
      message: expect.stringMatching(/read replica.*"public"\."volatile"/),
    });
  });

  test('gives the same copy', async () => {
    copying = await prepareCopying(cluster, everyKind);
    await query(copying.source, logged);
    const replica = { port: standby.port };
    await caughtUp({ ...copying.source, ...replica });
    const throttle = { maxReplicaLagSeconds: 5, maxLockWaits: 3 };
    await Promise.all([copying.dump({}, { database: replica, input: { throttle } }), copying.restore()]);
    expect(await copying.differences()).toEqual([]);
  });

  test('lets an ALTER TABLE of its primary through', async () => {
    copying = await prepareCopying(cluster, fourChunks);
    const replica = { port: standby.port };
    await caughtUp({ ...copying.source, ...replica });
    const dumped = await copying.dump(
      {
        staging: copying.staging.inTheMiddle(async () => {
          const application = await connect(copying.source);
          await application.query('ALTER TABLE t1 ADD added int');
          await application.end();
          await caughtUp({ ...copying.source, ...replica });
        }),
      },
      { database: replica, input: { workers: 1 } },
    );
    expect(dumped.rows).toBe(18_000);
    expect(copying.events.map(({ event }) => event)).toContain('stood aside for a waiting session');
    expect((await copying.manifest('dump')).attempt).toBe(2);
  });
});
