import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { inspectDatabases } from '../../lambdas/inspect-databases/handler.ts';
import type { Log } from '../../lib/copier/ports.ts';
import { keys } from '../../lib/copier/staged.ts';
import { keys as documentKeys } from '../../lib/domain/run.ts';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { type Account, call, withRun } from '../lambdas/account.ts';
import { declared } from '../support/declared.ts';
import { connect, createLogin, query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { source as fromSource, target as fromTarget, lease } from '../support/run-documents.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import {
  backendKeyData,
  failing,
  type Interference,
  replaceValue,
  startWireProxy,
  type WireProxy,
} from '../support/wire-proxy.ts';
import { type Copying, fastClock, fastClockAfter, fourChunks, prepareCopying } from './support/copying.ts';

/** An empty database takes about 8 MB, the rows of the test 25 MB. */
const SMALL_DISK = '16m';

/** What the databases at either end of a copy may be or do, and how the copy ends then. */
let cluster: TestCluster;
let copying: Copying;
const proxies: WireProxy[] = [];

const through = async (interference: Interference) => {
  const proxy = await startWireProxy(cluster, interference);
  proxies.push(proxy);
  return { port: proxy.port };
};
const relations = async () =>
  (await query<{ n: number }>(copying.target, "SELECT count(*)::int AS n FROM pg_class WHERE relname ~ '^t\\d$'"))[0]
    ?.n;

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
});
afterEach(async () => {
  await copying.close();
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});
afterAll(() => cluster.close());

describe('a connection pooler', () => {
  /** It has process numbers of its own, since it cancels for its clients. */
  const pooler: Interference = { answer: ({ type }) => (type === 'K' ? backendKeyData(4_000_000) : undefined) };
  const refused = (side: string, port: number) =>
    declared('PoolerEndpoint', new RegExp(`The ${side} database "\\w+" at 127.0.0.1:${port} .* process 4000000`));

  test('before the source is refused by the dump', async () => {
    const at = await through(pooler);
    await expect(copying.dump({}, { database: at })).rejects.toEqual(refused('source', at.port));
    expect(await copying.staging.list(keys.attempts)).toEqual([]);
  });

  test('before the target is refused by the restore, which creates nothing', async () => {
    await copying.dump();
    const at = await through(pooler);
    await expect(copying.restore({}, { database: at })).rejects.toEqual(refused('target', at.port));
    expect(await relations()).toBe(0);
  });

  test('that resets a session between two transactions is refused, whatever process number it tells', async () => {
    const at = await through({ ask: () => undefined, answer: replaceValue('', '"$user", public') });
    await expect(copying.dump({}, { database: at })).rejects.toEqual(declared('PoolerEndpoint', /search_path is/));
  });

  test.each(['source', 'target'] as const)(
    'before the %s is refused when the databases are inspected',
    async (side) => {
      const pooled = await through(pooler);
      const it = inspected(copying, { [side]: pooled });
      await expect(inspectDatabases.run(it, { lease, look: 'first' }, call)).rejects.toEqual(
        refused(side, pooled.port),
      );
    },
  );
});

/** An account whose run has collected these two databases. */
function inspected(of: Copying, ports: { source?: { port: number }; target?: { port: number } }): Account {
  const run = withRun('rehearsal');
  const { user, password } = of.source;
  const at = (side: 'source' | 'target') => {
    const { host, port, database } = { ...of[side], ...ports[side] };
    return { secretArn: 'arn', host, port, database, ssl: 'disable' as const };
  };
  run.documents.tamper(documentKeys.document('autumn', 'source'), fromSource({ database: at('source') }));
  run.documents.tamper(documentKeys.document('autumn', 'target'), fromTarget({ database: at('target') }));
  run.documents.remove([documentKeys.document('autumn', 'databases')]);
  return Object.assign(run, { secrets: { ...run.secrets, login: async () => ({ username: user, password }) } });
}

test('a target that is older than the source is refused before anything is created', async () => {
  await copying.dump();
  const version = await asSuperuser(
    cluster,
    'postgres',
    async (client) =>
      (await client.query<{ server_version_num: string }>('SHOW server_version_num')).rows[0]?.server_version_num ?? '',
  );
  const at = await through({ answer: replaceValue(version, '130014') });
  await expect(copying.restore({}, { database: at })).rejects.toEqual(
    declared('TargetOlder', new RegExp(`runs PostgreSQL 13, the source ${cluster.binaries.major}`)),
  );
  expect(await relations()).toBe(0);
});

describe('a target without room', () => {
  test('is TargetFull, which names the database and what it holds; the restore goes on once there is room', async () => {
    await copying.dump();
    let full = true;
    const at = await through({
      ask: (sql) =>
        full && /^COPY .*"t2"/.test(sql)
          ? failing('53100', 'could not extend file "base/1/2": No space left on device')
          : undefined,
    });
    await expect(copying.restore({}, { database: at })).rejects.toEqual(
      declared(
        'TargetFull',
        new RegExp(
          `database "${copying.target.database}" at 127.0.0.1:${at.port}: .*No space left on device.* holds [\\d.]+ MB so far; .* take [\\d.]+ MB.* more storage`,
        ),
      ),
    );
    full = false;
    await copying.restore({}, { database: at });
    expect(await copying.differences()).toEqual([]);
  });

  test('on a real disk that is full, too', async () => {
    const disk = mountSmallDisk(SMALL_DISK);
    // Where nobody may mount, the test above stands alone.
    if (!disk) return;
    try {
      await asSuperuser(cluster, 'postgres', async (client) => {
        await client.query(`CREATE TABLESPACE small LOCATION '${disk.path}'`);
        await client.query(`ALTER DATABASE ${copying.target.database} SET TABLESPACE small`);
      });
      await query(
        copying.source,
        `INSERT INTO t1 SELECT i, repeat(md5(i::text), 30) FROM generate_series(5000, 25000) i`,
      );
      await copying.dump();
      await expect(copying.restore()).rejects.toEqual(declared('TargetFull', /No space left on device/));
      disk.enlarge();
      await copying.restore();
      expect(await copying.differences()).toEqual([]);
    } finally {
      await copying.close();
      await asSuperuser(cluster, 'postgres', async (client) => {
        await client.query(`DROP DATABASE ${copying.target.database} WITH (FORCE)`);
        await client.query('DROP TABLESPACE IF EXISTS small');
      });
      disk.unmount();
    }
  });

  test('for temporary files is TargetFull, which names temp_file_limit', async () => {
    await query(
      copying.source,
      `CREATE TABLE numbers AS SELECT i, md5(i::text) AS m FROM generate_series(1, 60000) i;
       CREATE MATERIALIZED VIEW sorted AS SELECT * FROM numbers ORDER BY m`,
    );
    await asSuperuser(cluster, 'postgres', (client) =>
      client.query(`ALTER DATABASE ${copying.target.database} SET temp_file_limit = '64kB'`),
    );
    await query(copying.source, `ALTER DATABASE ${copying.target.database} SET work_mem = '64kB'`);
    await copying.dump();
    await expect(copying.restore()).rejects.toEqual(declared('TargetFull', /temp_file_limit.*Raise temp_file_limit/));
  });
});

describe('a login without the rights', () => {
  const stranger = async (name: string) => {
    const { user, password } = await createLogin(cluster, name);
    return { user, password };
  };
  const rights =
    /may not read in source .*: table "public"."t1", .*\nGRANT SELECT ON ALL TABLES IN SCHEMA "public" TO/s;

  test('to read the source is refused by the dump, before there is a plan', async () => {
    const database = await stranger('reads nothing');
    await expect(copying.dump({}, { database })).rejects.toEqual(declared('SourceRightsMissing', rights));
    expect(await copying.staging.list(keys.attempts)).toEqual([]);
  });

  test('to read the source is refused when the databases are inspected', async () => {
    const { user, password } = await stranger('reads nothing at all');
    const it = inspected(copying, {});
    const run = { ...it, secrets: { ...it.secrets, login: async () => ({ username: user, password }) } };
    await expect(inspectDatabases.run(run, { lease, look: 'first' }, call)).rejects.toEqual(
      declared('SourceRightsMissing', rights),
    );
  });

  test('which loses one while the source is copied learns which one', async () => {
    const { user, password } = await stranger('loses a right');
    await query(copying.source, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO "${user}"`);
    const staging = copying.staging.acting(async (what, key) => {
      if (what === 'create' && key === keys.plan(1)) await query(copying.source, `REVOKE SELECT ON t3 FROM "${user}"`);
    });
    await expect(copying.dump({ staging, clock: fastClock }, { database: { user, password } })).rejects.toEqual(
      declared('SourceRightsMissing', /permission denied for table t3/),
    );
  });

  test('to create an extension in the target learns which one', async () => {
    await asSuperuser(cluster, copying.source.database, (client) => client.query('CREATE EXTENSION pageinspect'));
    await copying.dump();
    await expect(copying.restore()).rejects.toEqual(
      declared(
        'TargetRightsMissing',
        /permission denied to create extension "pageinspect".*Let login "master" of the target/,
      ),
    );
  });
});

describe('what passes', () => {
  test('a target that is out of memory for a moment is tried again, and every chunk is there once', async () => {
    await copying.dump();
    let left = 3;
    const at = await through({
      ask: (sql) => (/^COPY /.test(sql) && left-- > 0 ? failing('53200', 'out of memory') : undefined),
    });
    await copying.restore({ clock: fastClock }, { database: at });
    expect(await copying.differences()).toEqual([]);
    expect(copying.events.filter(({ event }) => event === 'tried again')).toHaveLength(3);
  });

  test('a target that stays out of lock slots is RestoreFailed, and says what to raise', async () => {
    await copying.dump();
    const at = await through({
      ask: (sql) => (/^COPY /.test(sql) ? failing('53200', 'out of shared memory') : undefined),
    });
    await expect(copying.restore({ clock: fastClock }, { database: at })).rejects.toEqual(
      declared('RestoreFailed', /out of shared memory .*SQLSTATE 53200.* max_locks_per_transaction/),
    );
  });

  test('a source that has no connection free for all workers is waited for', async () => {
    const login = await createLogin(cluster, 'crowded', {
      attributes: 'CONNECTION LIMIT 7 IN ROLE pg_read_all_data',
      database: copying.source.database,
    });
    // The snapshot's holder finds room, its five companions do not.
    const others = await Promise.all(Array.from({ length: 5 }, () => connect(login)));
    const waited: unknown[] = [];
    let gone: Promise<unknown> | undefined;
    const log: Log = (event, fields) => {
      if (event !== 'tried again') return;
      waited.push(fields?.reason);
      gone ??= Promise.all(others.map((client) => client.end()));
    };
    const { user, password } = login;
    const dumped = copying.dump({ clock: fastClockAfter(() => gone), log }, { database: { user, password } });
    await expect(dumped).resolves.toMatchObject({ tables: 4 });
    expect(waited).toContainEqual(expect.stringContaining('too many connections for role'));
  });
});
