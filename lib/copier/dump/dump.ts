import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { damagedObject } from '../codec.ts';
import type { CopierInput, CopierOutput } from '../contract.ts';
import { crew } from '../crew.ts';
import { answer, Tally } from '../manifest.ts';
import type { Clock, Surroundings } from '../ports.ts';
import * as catalog from '../postgres/catalog.ts';
import { dumpSchema } from '../postgres/client-tools.ts';
import { refuseUnreadableNames } from '../postgres/encoding.ts';
import { readLargeObjectRanges } from '../postgres/large-objects.ts';
import { qualified } from '../postgres/row-hash.ts';
import { closeSession, type Database, declared, openSession, sqlState } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import { ProgressBoard } from '../progress.ts';
import { seal, sealBytes, unseal } from '../sealed.ts';
import { keys, Manifest, type ManifestSequence, type Plan } from '../staged.ts';
import { planChunks } from './chunks.ts';
import { copyChunks } from './copy-chunks.ts';
import { SourceChanged } from './dump-chunk.ts';
import { standAside } from './stand-aside.ts';

/** A source that changes under three snapshots will change under the fourth. */
const TRIES = 3;
const SCHEMA_TRIES = 5;
/** Load balancers drop flows that are idle for 350 s. */
const KEEPALIVE_MS = 30_000;

/**
 * Copies the source, as one snapshot shows it, into staging. Only reads. A dump that is already complete answers
 * from its manifest; one that was interrupted starts again under a new snapshot, as the next attempt.
 * Throws SourceUnreachable, SourceLoginRefused, SourceKeepsChanging, SnapshotLost, DumpFailed, ChunkDamaged.
 */
export async function dump(input: CopierInput, database: Database, around: Surroundings): Promise<CopierOutput> {
  const { staging, log } = around;
  const last = await lastAttempt(around);
  const complete = await staging.get(keys.manifest(last));
  if (complete) {
    log('dump was complete', { attempt: last });
    const key = keys.manifest(last);
    const manifest = unseal(Manifest, complete, key);
    if (manifest.run !== input.run) throw damagedObject(key, `it is of run ${manifest.run}`);
    return answer(manifest, staging.address(key));
  }
  const progress = new ProgressBoard('dump', around);
  try {
    for (let tries = 1; ; tries++) {
      try {
        const manifest = await dumpOnce(input, database, around, progress);
        progress.phase = 'done';
        return answer(manifest, staging.address(keys.manifest(manifest.attempt)));
      } catch (error) {
        const reason = worthless(error);
        if (!reason) throw error;
        log('dump starts again under a new snapshot', { reason: reason.message });
        if (tries === TRIES) throw reason;
      }
    }
  } finally {
    await progress.stop();
  }
}

/** What a new snapshot cures, as the error it becomes when it does not. */
function worthless(error: unknown): WorkflowError | undefined {
  if (error instanceof WorkflowError && error.name === 'SnapshotLost') return error;
  if (!(error instanceof SourceChanged)) return undefined;
  return new WorkflowError(
    'SourceKeepsChanging',
    `${error.message} was altered, truncated or renamed during the copy. Hold back changes of the source's schema, then start again.`,
  );
}

/** One snapshot, from export to manifest. */
async function dumpOnce(
  input: CopierInput,
  database: Database,
  around: Surroundings,
  progress: ProgressBoard,
): Promise<Manifest> {
  const { staging, clock, log, signal } = around;
  progress.phase = 'planning';
  const holder = await openSession(database, signal);
  try {
    const plan = await claim(await exportSnapshot(holder, input, clock), around);
    const { attempt } = plan;
    progress.begin(plan);
    progress.phase = 'copying';
    const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const holderPid = rows[0]?.pid ?? 0;
    log('snapshot exported', {
      attempt,
      snapshot: plan.snapshot,
      session: holderPid,
      tables: plan.tables.length,
      chunks: plan.chunks.length,
    });

    const tally = new Tally(plan);
    const copied = new AbortController();
    await crew(signal, [
      (together) => keepAlive(holder, clock, together, copied.signal),
      (together) => standAside(database, holderPid, { ...around, signal: together }, copied.signal),
      (together) => stageSchema(plan, database, { ...around, signal: together }),
      async (together) => {
        await copyChunks(plan, database, input.workers, { ...around, signal: together }, (dumped) => {
          tally.add(dumped);
          progress.rowsDone += dumped.mark.rows;
          progress.bytesDone += dumped.chunk.bytes;
          progress.tablesDone = tally.tablesDone;
        });
        copied.abort();
      },
    ]);

    progress.phase = 'finishing';
    const sequences = await readValues(plan, database, around);
    const { serverVersion, startedAt } = plan;
    const finishedAt = new Date(clock.now()).toISOString();
    const manifest = tally.manifest('dump', input, { serverVersion, sequences, startedAt, finishedAt });
    await staging.put(keys.manifest(attempt), seal(manifest));
    return manifest;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceChanged) throw error;
    throw declared(error, database, 'dump');
  } finally {
    await closeSession(holder);
  }
}

/**
 * pg_dump reads part of the catalog as it is now, so it fails on what is dropped meanwhile, or locked: the first is a
 * changed source, the second passes. 1 s · 2ⁿ, 5 tries = 15 s of waiting, besides 5 s for each lock.
 */
async function stageSchema(plan: Plan, database: Database, around: Surroundings): Promise<void> {
  const { staging, clock, log, signal } = around;
  for (let tries = 1; ; tries++) {
    try {
      const schema = await dumpSchema(database, plan.snapshot, plan.encoding, signal);
      return await staging.put(keys.schema(plan.attempt), sealBytes(plan.id, schema));
    } catch (error) {
      signal.throwIfAborted();
      const looking = new SteadySession(database, around);
      const changed = await looking
        .try('look at the catalog', (session) => catalog.findChanged(session, plan.tables, plan.serverVersion))
        .finally(() => looking.close());
      if (changed) throw new SourceChanged(qualified(changed));
      if (tries === SCHEMA_TRIES) throw error;
      log('schema is tried again', { tries, reason: (error as Error).message });
      await clock.sleep(1000 * 2 ** (tries - 1), signal);
    }
  }
}

/** Of the sequences that the schema has; one that is gone by now is a changed source. */
async function readValues(plan: Plan, database: Database, around: Surroundings): Promise<ManifestSequence[]> {
  const session = new SteadySession(database, around);
  try {
    return await session.try('read sequences', (client) =>
      catalog.readSequenceValues(client, plan.sequences).catch((error: unknown) => {
        throw sqlState(error) === '42P01' ? new SourceChanged((error as Error).message) : error;
      }),
    );
  } finally {
    await session.close();
  }
}

/** Begins the transaction that holds the snapshot, and reads everything that the plan says in it. */
async function exportSnapshot(holder: pg.Client, input: CopierInput, clock: Clock): Promise<Omit<Plan, 'attempt'>> {
  const startedAt = new Date(clock.now()).toISOString();
  const { version, encoding } = await catalog.serverFacts(holder);
  await refuseUnreadableNames(holder, encoding);
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await holder.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
  const tables = await catalog.readTables(holder, version);
  return {
    id: randomBytes(6).toString('hex'),
    run: input.run,
    epoch: input.epoch,
    snapshot: rows[0]?.snapshot ?? '',
    serverVersion: version,
    encoding,
    startedAt,
    tables,
    sequences: await catalog.readSequences(holder),
    chunks: planChunks(tables, await readLargeObjectRanges(holder), version),
    materializedViews: await catalog.readMaterializedViews(holder),
  };
}

/** Writes the plan under the next number that no other worker has taken. */
async function claim(plan: Omit<Plan, 'attempt'>, around: Surroundings): Promise<Plan> {
  for (let attempt = (await lastAttempt(around)) + 1; ; attempt++) {
    const claimed = { ...plan, attempt };
    if (await around.staging.create(keys.plan(attempt), seal(claimed))) return claimed;
  }
}

async function lastAttempt({ staging }: Surroundings): Promise<number> {
  const attempts = (await staging.list(keys.attempts)).map((key) => Number(key.split('/')[1]));
  return Math.max(0, ...attempts.filter(Number.isInteger));
}

/** Until `copied`. Throws SnapshotLost when the session that holds the snapshot is gone. */
async function keepAlive(holder: pg.Client, clock: Clock, signal: AbortSignal, copied: AbortSignal): Promise<void> {
  const either = AbortSignal.any([signal, copied]);
  const ended = new Promise<void>((resolve) => holder.once('end', resolve));
  while (!either.aborted) {
    const wake = new AbortController();
    const slept = clock.sleep(KEEPALIVE_MS, AbortSignal.any([either, wake.signal])).catch(() => {});
    await Promise.race([slept, ended]);
    wake.abort();
    if (either.aborted) return;
    await holder.query('SELECT 1').catch((error: Error) => {
      either.throwIfAborted();
      throw new WorkflowError('SnapshotLost', `The session that holds the snapshot ended: ${error.message}.`);
    });
  }
}
