import { once } from 'node:events';
import { expect } from '@jest/globals';
import type { Staging } from '../../../lib/copier/ports.ts';
import { keys } from '../../../lib/copier/staged.ts';
import { query, type TestLogin } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import type { Copying } from './copying.ts';

/** Eight chunks: six tables that are large enough (1 MiB) for one each, a bundle of small ones, and large objects. */
export const eightChunks = `${[1, 2, 3, 4, 5, 6]
  .map(
    (at) => `CREATE TABLE t${at} (id int PRIMARY KEY, v text);
      INSERT INTO t${at} SELECT i, repeat(md5('${at}.' || i), 8) FROM generate_series(1, 4500) i;`,
  )
  .join('\n')}
  CREATE TABLE small (id int PRIMARY KEY, v text);
  CREATE TABLE tiny (id int PRIMARY KEY, small int REFERENCES small);
  CREATE TABLE parted (id int, v text) PARTITION BY RANGE (id);
  CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (100);
  CREATE TABLE heir () INHERITS (small);
  INSERT INTO small SELECT i, 'small' FROM generate_series(1, 50) i;
  INSERT INTO tiny SELECT i, i FROM generate_series(1, 50) i;
  INSERT INTO parted SELECT i, 'part' FROM generate_series(1, 50) i;
  INSERT INTO heir VALUES (1000, 'heir');
  SELECT lo_from_bytea(4711, 'first'), lo_from_bytea(4712, 'second');`;
export const CHUNKS = 8;
export const ROWS = 6 * 4500 + 151;
const tables = ['t1', 't2', 't3', 't4', 't5', 't6', 'small', 'tiny', 'parted', 'heir'];

/** Everything in a database, row by row. */
export async function contents(login: TestLogin): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    found[table] = await query(login, `SELECT id, md5(t::text) AS row FROM ${table} t ORDER BY 1, 2`);
  }
  found.largeObjects = await query(
    login,
    'SELECT oid, md5(lo_get(oid)) AS data FROM pg_largeobject_metadata ORDER BY oid',
  );
  return found;
}

/** A dump that is killed when so many chunks are complete, and the schema. One worker: no other chunk is under way. */
export async function killDump(copying: Copying, chunks: number): Promise<void> {
  const kill = new AbortController();
  let marks = 0;
  const staging = copying.staging.acting(async (what, key) => {
    if (what !== 'put' || !key.includes('/done/') || ++marks !== chunks) return;
    await until(async () => (await copying.staging.list('')).some((each) => each.endsWith('/schema.dump')));
    kill.abort(new Error('killed'));
  });
  await expect(copying.dump({ staging, signal: kill.signal }, { input: { workers: 1 } })).rejects.toThrow('killed');
}

/** A staging that tells which chunks are written to it. */
export function reads(copying: Copying): { read: string[]; staging: Staging } {
  const read: string[] = [];
  const staging = copying.staging.acting((what, key) => {
    if (what === 'put' && key.includes('/chunks/')) read.push(key);
  });
  return { read, staging };
}

/** A restore that is killed when so many chunks are loaded, and no other one is open. */
export async function killRestore(copying: Copying, chunks: number): Promise<void> {
  const kill = new AbortController();
  const killed = once(kill.signal, 'abort');
  const opened = new Set<string>();
  const staging = copying.staging.acting(async (what, key) => {
    if (what !== 'open') return;
    if (opened.size < chunks) opened.add(key);
    if (opened.has(key)) return;
    await killed;
    kill.signal.throwIfAborted();
  });
  const restoring = copying.restore({ staging, signal: kill.signal });
  restoring.catch(() => {});
  const loaded = () => query(copying.target, `SELECT chunk FROM passage.chunks WHERE chunk ~ '/[0-9]+(-[0-9]+)?$'`);
  try {
    await until(async () => (await loaded()).length >= chunks);
  } finally {
    kill.abort(new Error('killed'));
  }
  await expect(restoring).rejects.toThrow('killed');
}

/** As if the dump had died before this chunk was complete. */
export async function forget(copying: Copying, attempt: number, chunk: string): Promise<void> {
  const key = keys.done(attempt, chunk);
  expect(await copying.staging.get(key)).toBeDefined();
  copying.staging.drop(key);
}
