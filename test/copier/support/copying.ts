import { randomBytes } from 'node:crypto';
import { compareManifests, type Difference } from '../../../lib/copier/compare.ts';
import { CopierInput, type CopierOutput } from '../../../lib/copier/contract.ts';
import { dump } from '../../../lib/copier/dump/dump.ts';
import { Incidents } from '../../../lib/copier/incidents.ts';
import type { Clock, Surroundings } from '../../../lib/copier/ports.ts';
import type { Database, Side } from '../../../lib/copier/postgres/session.ts';
import { restore } from '../../../lib/copier/restore/restore.ts';
import { keys, Manifest } from '../../../lib/copier/staged.ts';
import type { CatalogDifference } from '../../../lib/copier/verify/findings.ts';
import {
  createDatabase,
  query,
  type TestCluster,
  type TestDatabaseOptions,
  type TestLogin,
} from '../../support/postgres.ts';
import { DirectoryStaging } from './directory-staging.ts';

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

/** One run's surroundings: two databases, a fence on the target, a staging folder. */
export interface Copying {
  readonly input: CopierInput;
  readonly source: TestLogin;
  readonly target: TestLogin;
  readonly staging: DirectoryStaging;
  readonly events: { event: string; [field: string]: unknown }[];
  around(options?: Partial<Surroundings>): Surroundings;
  database(side: Side, changes?: Partial<Database>): Database;
  manifest(role: 'dump' | 'restore'): Promise<Manifest>;
  dump(around?: Partial<Surroundings>, options?: RoleOptions): Promise<CopierOutput>;
  restore(around?: Partial<Surroundings>, options?: RoleOptions): Promise<CopierOutput>;
  /** Between the two manifests, and of the catalogs. */
  differences(): Promise<readonly (Difference | CatalogDifference)[]>;
  /** Ends what still runs, and removes the staging folder. */
  close(): Promise<void>;
}

export interface RoleOptions {
  readonly input?: Partial<CopierInput>;
  readonly database?: Partial<Database>;
}

/** Four tables that are large enough (1 MiB) for a chunk each. */
export const fourChunks = [1, 2, 3, 4]
  .map(
    (at) => `CREATE TABLE t${at} (id int PRIMARY KEY, v text);
      INSERT INTO t${at} SELECT i, repeat(md5('${at}.' || i), 8) FROM generate_series(1, 4500) i;`,
  )
  .join('\n');

export async function prepareCopying(
  cluster: TestCluster,
  statements: string | readonly string[],
  options: TestDatabaseOptions = {},
): Promise<Copying> {
  const source = await createDatabase(cluster, options);
  const target = await createDatabase(cluster, options);
  for (const each of [statements].flat()) if (each) await query(source, each);
  const run = `run-${randomBytes(4).toString('hex')}`;
  await fence(target, run, 1);
  const staging = new DirectoryStaging();
  const events: Copying['events'] = [];
  const database = (side: Side, changes: Partial<Database> = {}): Database => ({
    side,
    ...(side === 'source' ? source : target),
    ssl: 'disable',
    run,
    epoch: 1,
    ...changes,
  });
  const input = CopierInput.parse({
    run,
    epoch: 1,
    copy: 'main',
    staging: { bucket: 'staging', prefix: `runs/${run}/main/1` },
    lockKey: 'target',
    source: { secretArn: 'source' },
  });
  const end = new AbortController();
  const started: Promise<unknown>[] = [];
  const running = <T>(role: Promise<T>) => {
    started.push(role);
    return role;
  };
  const copying: Copying = {
    source,
    target,
    staging,
    events,
    database,
    input,
    around(options = {}) {
      const incidents = new Incidents();
      return {
        staging,
        clock: realClock,
        log: incidents.listening((event, fields) => events.push({ event, ...fields })),
        incidents,
        ...options,
        signal: AbortSignal.any([end.signal, ...(options.signal ? [options.signal] : [])]),
      };
    },
    async manifest(role) {
      const [key] = (await staging.list(keys.attempts))
        .filter((each) => each.endsWith(role === 'dump' ? '/manifest.json' : '/restored.json'))
        .reverse();
      return Manifest.parse(JSON.parse((await staging.get(key ?? ''))?.toString() ?? 'null'));
    },
    dump: (around, options) =>
      running(dump({ ...input, ...options?.input }, database('source', options?.database), copying.around(around))),
    restore: (around, options) =>
      running(restore({ ...input, ...options?.input }, database('target', options?.database), copying.around(around))),
    async close() {
      end.abort(new Error('the test is over'));
      await Promise.allSettled(started);
      staging.remove();
    },
    async differences() {
      const [source, target] = [await copying.manifest('dump'), await copying.manifest('restore')];
      return [...compareManifests(source, target).differences, ...(target.proof?.catalog.differences ?? [])];
    },
  };
  return copying;
}

/** A clock on which a second passes in 10 ms. */
export const fastClock: Clock = { now: realClock.now, sleep: (ms, signal) => realClock.sleep(ms / 100, signal) };

/** The same clock, on which nobody goes on before what the test does meanwhile is done. */
export const fastClockAfter = (done: () => Promise<unknown> | undefined): Clock => ({
  now: fastClock.now,
  async sleep(ms, signal) {
    await done();
    await fastClock.sleep(ms, signal);
  },
});

/**
 * Ends the copier's sessions in a database, as a failover would: they are gone when it answers. The condition is over
 * pg_stat_activity.
 */
export const endSessions = (login: TestLogin, condition = 'true') =>
  query(
    login,
    `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
     WHERE application_name ~ '^passage/' AND datname = current_database() AND ${condition}`,
  );

/** The copier's sessions that have tables locked, each with their names. */
export const tableLocks = (login: TestLogin) =>
  query<{ pid: number; tables: string[] }>(
    login,
    `SELECT pid, array_agg(relname::text ORDER BY relname) AS tables
     FROM pg_locks l JOIN pg_stat_activity s USING (pid) JOIN pg_class c ON c.oid = l.relation
     WHERE application_name ~ '^passage/' AND datname = current_database() AND l.granted AND l.relation >= 16384
       AND c.relkind = 'r'
     GROUP BY pid`,
  );

/** As the preparation of the target leaves it. */
export async function fence(target: TestLogin, run: string, epoch: number, state = 'loading'): Promise<void> {
  await query(
    target,
    `CREATE SCHEMA IF NOT EXISTS passage;
     CREATE TABLE IF NOT EXISTS passage.fence (run text, epoch int, state text);
     CREATE TABLE IF NOT EXISTS passage.chunks
       (chunk text PRIMARY KEY, rows bigint, bytes bigint, epoch int, loaded_at timestamptz);
     DELETE FROM passage.fence; INSERT INTO passage.fence VALUES ('${run}', ${epoch}, '${state}')`,
  );
}
