import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import type { CopierInput } from '../contract.ts';
import type { Surroundings } from '../ports.ts';
import * as catalog from '../postgres/catalog.ts';
import { refuseUnreadableNames } from '../postgres/encoding.ts';
import { readLargeObjectRanges } from '../postgres/large-objects.ts';
import { closeSession, type Database, openSession } from '../postgres/session.ts';
import { type Horizon, joinSnapshot, readHorizon, readOrigin } from '../postgres/snapshot.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import { unseal } from '../sealed.ts';
import { keys, Plan, type PlannedChunk } from '../staged.ts';
import { chunkBytesAt, planChunks } from './chunks.ts';

/** A chunk that is to be copied: where it will lie is known when the attempt has its number. */
type NewChunk = Omit<PlannedChunk, 'attempt'>;

/** What the catalog says under a snapshot that was just taken. */
export interface Taken extends Omit<Plan, 'attempt' | 'schema' | 'chunks'> {
  readonly chunks: readonly NewChunk[];
  readonly horizon: Horizon;
}

/**
 * Begins the transaction that holds the snapshot, and reads everything that a plan says under it: in another session,
 * so that the one that lives as long as the dump has no lock on any table, not even on the catalog's.
 */
export async function takeSnapshot(
  holder: pg.Client,
  input: CopierInput,
  database: Database,
  around: Surroundings,
): Promise<Taken> {
  const { clock, signal } = around;
  const startedAt = new Date(clock.now()).toISOString();
  const { version, encoding } = await catalog.serverFacts(holder);
  await refuseUnreadableNames(holder, encoding);
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await holder.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
  const horizon = await readHorizon(holder);
  const outside = await openSession(database, signal);
  const origin = await readOrigin(outside, horizon, clock, signal).finally(() => closeSession(outside));
  const snapshot = rows[0]?.snapshot ?? '';
  const leftOutExtensions = input.leaveOut?.extensions ?? [];
  const chunkBytes = chunkBytesAt(input.throttle?.maxMegabytesPerSecond);
  const reading = new SteadySession(database, around);
  const read = await reading
    .try('read the catalog', async (session) => {
      await joinSnapshot(session, snapshot);
      const absent = await catalog.readAbsent(session);
      if (absent.length) throw absentFromReplica(absent);
      const tables = await catalog.readTables(session, version, leftOutExtensions);
      const sequences = await catalog.readSequences(session, leftOutExtensions);
      const chunks = planChunks(tables, await readLargeObjectRanges(session), version, chunkBytes);
      const materializedViews = await catalog.readMaterializedViews(session);
      await session.query('COMMIT');
      return { tables, sequences, chunks, materializedViews };
    })
    .finally(() => reading.close());
  return {
    id: randomBytes(6).toString('hex'),
    run: input.run,
    epoch: input.epoch,
    snapshot,
    ...(origin && { origin }),
    horizon,
    serverVersion: version,
    encoding,
    startedAt,
    leftOutExtensions,
    ...read,
  };
}

const absentFromReplica = (names: readonly string[]) =>
  new WorkflowError(
    'DumpFailed',
    `The source is a read replica, which has no contents of unlogged tables: ${names.join(', ')}. Name the primary as the source, or make them LOGGED.`,
  );

/** A plan from nothing. */
export function beginPlan({ horizon: _, chunks, ...taken }: Taken, attempt: number): Plan {
  return { ...taken, attempt, schema: attempt, chunks: chunks.map((chunk) => ({ ...chunk, attempt })) };
}

export async function lastAttempt({ staging }: Surroundings): Promise<number> {
  const attempts = (await staging.list(keys.attempts)).map((key) => Number(key.split('/')[1]));
  return Math.max(0, ...attempts.filter(Number.isInteger));
}

/** The plan of the last attempt; undefined when there was none. */
export async function lastPlan(around: Surroundings): Promise<Plan | undefined> {
  const key = keys.plan(await lastAttempt(around));
  const found = await around.staging.get(key);
  return found && unseal(Plan, found, key);
}
