import type pg from 'pg';
import { refuseUnreadable } from '../../adapters/postgres/missing-rights.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { damagedObject } from '../codec.ts';
import type { CopierInput, CopierOutput } from '../contract.ts';
import { answer, Tally } from '../manifest.ts';
import type { Clock, Surroundings } from '../ports.ts';
import * as catalog from '../postgres/catalog.ts';
import { CopyLock } from '../postgres/copy-lock.ts';
import { readLargeObjectGrants } from '../postgres/large-objects.ts';
import { type Database, declared, sqlState } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import { ProgressBoard } from '../progress.ts';
import { seal, sealBytes, unseal, unsealBytes } from '../sealed.ts';
import { type DoneMark, keys, Manifest, type ManifestSequence, type Plan } from '../staged.ts';
import { taskGroup } from '../task-group.ts';
import { copyChunks } from './copy-chunks.ts';
import { SourceChanged } from './dump-chunk.ts';
import { continuePlan, findKept, readMarks, sameSchema, whyNot } from './go-on.ts';
import { readLeftOut } from './left-out.ts';
import { beginPlan, lastAttempt, lastPlan, type Taken, takeSnapshot } from './plan.ts';
import { readSchema } from './read-schema.ts';
import { SourceGuard } from './source-guard.ts';

/** A source that changes under three snapshots will change under the fourth. */
const TRIES = 3;
/** Load balancers drop flows that are idle for 350 s. */
const KEEPALIVE_MS = 30_000;

/**
 * Copies the source, as one snapshot shows it, into staging. Only reads. A dump that is already complete answers
 * from its manifest; one that was interrupted goes on under a new snapshot, as the next attempt, with every chunk that
 * this one shows unchanged.
 * Throws SourceUnreachable, SourceLoginRefused, PoolerEndpoint, SourceRightsMissing, FieldTooLarge,
 * SourceKeepsChanging, SnapshotLost, DumpFailed, ChunkDamaged, CopyInProgress.
 */
export async function dump(input: CopierInput, database: Database, around: Surroundings): Promise<CopierOutput> {
  const { staging, incidents } = around;
  await incidents.takeOver(staging, 'dump');
  const complete = await findComplete(input, around);
  if (complete) return answer(complete, staging.address(keys.manifest(complete.attempt)));
  const progress = new ProgressBoard('dump', around);
  try {
    const manifest = await new Dump(input, database, around, progress).run();
    progress.phase = 'done';
    return answer(manifest, staging.address(keys.manifest(manifest.attempt)));
  } finally {
    await progress.stop();
  }
}

/** The manifest of an earlier worker that had copied all, but could not say so. */
async function findComplete(input: CopierInput, around: Surroundings): Promise<Manifest | undefined> {
  const { staging, log } = around;
  const last = await lastAttempt(around);
  const key = keys.manifest(last);
  const found = await staging.get(key);
  if (!found) return undefined;
  log('dump was complete', { attempt: last });
  const manifest = unseal(Manifest, found, key);
  if (manifest.run !== input.run) throw damagedObject(key, `it is of run ${manifest.run}`);
  manifest.incidents.push('The dump was interrupted when all was copied, before it could say so.');
  await staging.put(key, seal(manifest));
  return manifest;
}

/** Snapshots one after the other, until one has been copied whole. */
class Dump {
  readonly #input: CopierInput;
  readonly #database: Database;
  readonly #around: Surroundings;
  readonly #progress: ProgressBoard;
  readonly #lock: CopyLock;
  readonly #guard: SourceGuard;
  /** The attempt that this worker has claimed last. */
  #mine: number | undefined;

  constructor(input: CopierInput, database: Database, around: Surroundings, progress: ProgressBoard) {
    this.#input = input;
    this.#database = database;
    this.#around = around;
    this.#progress = progress;
    this.#lock = new CopyLock(database, input.lockKey, around);
    this.#guard = new SourceGuard(database, input.throttle ?? {}, around, (missing) => around.incidents.add(missing));
    progress.held = () => this.#guard.throttle.paused;
  }

  async run(): Promise<Manifest> {
    const tries = { SnapshotLost: 0, SourceKeepsChanging: 0 };
    for (let reason = 'The dump was interrupted'; ; ) {
      try {
        return await this.#underOneSnapshot(reason);
      } catch (error) {
        const cured = curedByAnother(error);
        if (!cured) throw error;
        this.#around.log('dump needs a new snapshot', { reason: cured.error.message });
        if (++tries[cured.error.name as keyof typeof tries] === TRIES) throw cured.error;
        reason = cured.reason;
      }
    }
  }

  /** One snapshot, from export to manifest. The session that holds it has the lock against another copy. */
  async #underOneSnapshot(reason: string): Promise<Manifest> {
    const { clock, signal } = this.#around;
    this.#progress.phase = 'planning';
    const holding = new SteadySession(this.#database, this.#around);
    try {
      const holder = await holding.try('open a session', async (session) => session);
      await this.#lock.take(holder);
      const complete = this.#mine === undefined && (await findComplete(this.#input, this.#around));
      if (complete) return complete;
      await refuseUnreadable(holder, this.#database);
      const taken = await takeSnapshot(holder, this.#input, this.#database, this.#around);
      const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const over = new AbortController();
      const [manifest] = await taskGroup<Manifest | undefined>(signal, [
        async (together) => {
          const around = { ...this.#around, signal: together };
          const begun = await this.#plan(taken, reason, around);
          const { plan, marks } = begun;
          this.#around.log('snapshot exported', {
            attempt: plan.attempt,
            snapshot: plan.snapshot,
            session: rows[0]?.pid,
            tables: plan.tables.length,
            chunks: plan.chunks.length - marks.length,
            kept: marks.length,
          });
          const copied = await this.#copy(begun, around);
          over.abort();
          return copied;
        },
        (together) => keepAlive(holder, clock, together, over.signal).then(() => undefined),
        (together) => this.#guard.watch({ ...this.#around, signal: together }, over.signal).then(() => undefined),
      ]);
      return manifest as Manifest;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceChanged) throw error;
      throw declared(error, this.#database, 'dump');
    } finally {
      await holding.close();
    }
  }

  /** Goes on with the last attempt's plan where the new snapshot allows it. Marks are those of chunks that it keeps. */
  async #plan(taken: Taken, reason: string, around: Surroundings): Promise<Begun> {
    const { staging, signal, incidents } = around;
    const before = await lastPlan(around);
    // Whoever claimed one since has taken over; a worker that was taken for lost must not take back.
    if (this.#mine !== undefined && before?.attempt !== this.#mine) throw takenOver(before);
    if (!before) {
      if (incidents.afterAnother) incidents.add(`${reason} before it had a snapshot, and started again.`);
      return { plan: await this.#claim(beginPlan(taken, 1), around), marks: [] };
    }
    const attempt = before.attempt + 1;
    const copied = await readMarks(staging, before);
    const told = `${reason} after ${copied.length} of ${before.chunks.length} chunks`;
    let why = copied.length === 0 ? 'there was nothing to keep' : whyNot(before, taken);
    const key = keys.schema(before.schema);
    const staged = why ? undefined : await staging.get(key);
    // Where the schema was not staged yet, nothing can have been created by it, and that of now is as good.
    const schema = staged && (await readSchema(taken, this.#input.grants, this.#database, around));
    if (staged && schema && !(await sameSchema(unsealBytes(before.id, staged, key), schema, before.encoding, signal))) {
      why = 'the schema is not the same';
    }
    if (why) {
      incidents.add(`${told}; the dump started again under a new snapshot: ${why}.`);
      const plan = await this.#claim(beginPlan(taken, attempt), around);
      return { plan, marks: [], ...(schema && { schema }) };
    }
    this.#progress.phase = 'comparing what was copied';
    const kept = await findKept(before, copied, taken, this.#database, this.#input.workers, around);
    const plan = await this.#claim(continuePlan(before, kept, taken, attempt, Boolean(staged)), around);
    incidents.add(`${told}; the dump went on under a new snapshot and kept ${kept.length} of them.`);
    return { plan, marks: kept };
  }

  async #claim(plan: Plan, { staging }: Surroundings): Promise<Plan> {
    if (!(await staging.create(keys.plan(plan.attempt), seal(plan)))) throw takenOver(plan);
    this.#mine = plan.attempt;
    return plan;
  }

  async #copy({ plan, marks, schema }: Begun, around: Surroundings): Promise<Manifest> {
    const { staging, clock } = around;
    const { serverVersion, startedAt, attempt } = plan;
    const progress = this.#progress;
    const tally = new Tally(plan);
    const count = (mark: DoneMark, seconds: number) => {
      tally.add(mark, seconds);
      progress.chunkDone(mark);
      progress.tablesDone = tally.tablesDone;
    };
    progress.begin(plan);
    progress.phase = 'copying';
    for (const mark of marks) count(mark, 0);
    const kept = new Set(marks.map(({ chunk }) => chunk));
    const chunks = plan.chunks.filter(({ id }) => !kept.has(id));
    await taskGroup<void>(around.signal, [
      async (together) => {
        // An attempt that goes on has its schema already.
        if (plan.schema !== attempt) return;
        const dumped =
          schema ?? (await readSchema(plan, this.#input.grants, this.#database, { ...around, signal: together }));
        await staging.put(keys.schema(attempt), sealBytes(plan.id, dumped));
      },
      (together) =>
        copyChunks(
          plan,
          chunks,
          this.#database,
          this.#input.workers,
          this.#guard,
          { ...around, signal: together },
          count,
        ),
    ]);
    progress.phase = 'finishing';
    const facts = await this.#readFacts(plan, around);
    const finishedAt = new Date(clock.now()).toISOString();
    const incidents = [...around.incidents.sentences, ...this.#guard.throttle.sentences];
    const manifest = tally.manifest('dump', this.#input, {
      serverVersion,
      ...facts,
      startedAt,
      finishedAt,
      incidents,
    });
    await staging.put(keys.manifest(attempt), seal(manifest));
    return manifest;
  }

  /** What is read when all rows are copied: values of sequences, what the copy leaves out. */
  async #readFacts(plan: Plan, around: Surroundings): Promise<Pick<Manifest, 'sequences' | 'leftOut' | 'grants'>> {
    const session = new SteadySession(this.#database, around);
    const { grants } = this.#input;
    try {
      return {
        sequences: await readValues(plan, session),
        leftOut: await readLeftOut(session, grants, plan.leftOutExtensions),
        ...(grants === 'carry' && { grants: await readLargeObjectGrants(session) }),
      };
    } finally {
      await session.close();
    }
  }
}

/** An attempt at its beginning: its plan, what it has already, and the schema if that was read on the way. */
interface Begun {
  readonly plan: Plan;
  readonly marks: readonly DoneMark[];
  readonly schema?: Buffer;
}

const takenOver = (by: Plan | undefined) =>
  new WorkflowError(
    'CopyInProgress',
    `Another worker of run ${by?.run} has taken the dump over, with attempt ${by?.attempt}. This one stops; nothing needs to be done.`,
  );

/** What a new snapshot cures: the error it becomes when it does not, and how a report begins to tell of it. */
function curedByAnother(error: unknown): { error: WorkflowError; reason: string } | undefined {
  if (error instanceof WorkflowError && error.name === 'SnapshotLost') {
    return { error, reason: 'The session that held the snapshot was lost' };
  }
  if (!(error instanceof SourceChanged)) return undefined;
  const reason = `${error.message} was altered, truncated or renamed during the copy`;
  const advice = "Hold back changes of the source's schema, then start again.";
  return { error: new WorkflowError('SourceKeepsChanging', `${reason}. ${advice}`, { cause: error }), reason };
}

/** Of the sequences that the schema has; one that is gone by now is a changed source. */
async function readValues(plan: Plan, session: SteadySession): Promise<ManifestSequence[]> {
  return await session.try('read sequences', (client) =>
    catalog.readSequenceValues(client, plan.sequences).catch((error: unknown) => {
      throw sqlState(error) === '42P01' ? new SourceChanged((error as Error).message) : error;
    }),
  );
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
