import { randomBytes } from 'node:crypto';
import { CopierInput } from '../../lib/copier/contract.ts';
import type { Clock, Surroundings } from '../../lib/copier/ports.ts';
import type { Database, Side } from '../../lib/copier/postgres/session.ts';
import { keys, Manifest } from '../../lib/copier/staged.ts';
import { createDatabase, query, type TestCluster, type TestLogin } from '../support/postgres.ts';
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
}

export async function prepareCopying(cluster: TestCluster, statements: string): Promise<Copying> {
  const source = await createDatabase(cluster);
  const target = await createDatabase(cluster);
  if (statements) await query(source, statements);
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
  return {
    source,
    target,
    staging,
    events,
    database,
    input: CopierInput.parse({
      run,
      epoch: 1,
      copy: 'main',
      staging: { bucket: 'staging', prefix: `runs/${run}/main/1` },
      source: { secretArn: 'source' },
    }),
    around: (options = {}) => ({
      staging,
      clock: realClock,
      log: (event, fields) => events.push({ event, ...fields }),
      signal: new AbortController().signal,
      ...options,
    }),
    async manifest(role) {
      const [key] = (await staging.list(keys.attempts))
        .filter((each) => each.endsWith(role === 'dump' ? '/manifest.json' : '/restored.json'))
        .reverse();
      return Manifest.parse(JSON.parse((await staging.get(key ?? ''))?.toString() ?? 'null'));
    },
  };
}

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
