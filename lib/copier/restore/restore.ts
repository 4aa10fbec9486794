import type pg from 'pg';
import type { CopierInput, CopierOutput } from '../contract.ts';
import { answer, proved } from '../manifest.ts';
import type { Surroundings } from '../ports.ts';
import { readSequenceValues, serverFacts } from '../postgres/catalog.ts';
import { schemaScript } from '../postgres/client-tools.ts';
import { CopyLock } from '../postgres/copy-lock.ts';
import { lateMark, Superseded, type Writer, wasWritten, writeAgain, writeOnce } from '../postgres/fence.ts';
import { type Database, declared } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import * as target from '../postgres/target.ts';
import { ProgressBoard } from '../progress.ts';
import { seal, unseal, unsealBytes } from '../sealed.ts';
import { keys, Manifest, type Plan } from '../staged.ts';
import { taskGroup } from '../task-group.ts';
import { Agenda, isEarly, type Job } from './agenda.ts';
import { arrange } from './arrange.ts';
import { DumpWatch } from './dump-watch.ts';
import { loadChunk } from './load-chunk.ts';
import { measureTarget } from './measure-target.ts';
import { proveTarget } from './prove-target.ts';
import { readSchemaScript, type SchemaEntry, withoutExtensions } from './schema-entries.ts';
import { SchemaWriter } from './schema-writer.ts';
import { type Possession, takePossession } from './take-possession.ts';
import { withSizes } from './target-full.ts';

/** Entries created in one transaction; each takes lock slots, and a large schema would run out of them. */
const ENTRIES_AT_ONCE = 200;
/** For the next attempt's plan to be there. */
const AGAIN_MS = 1000;
/** How long a worker without work waits for some. */
const IDLE_MS = 100;
/** Left in the target when it was measured. */
const MEASURED = lateMark('measured');
/** So late is noticed that the session with the lock was lost. */
const LOOK_EVERY_MS = 5000;

/**
 * Restores what a dump puts into staging, while it does: schema, chunks exactly once, indexes when their table is
 * complete, constraints and the rest, sequences, statistics; then measures the target. Every transaction that writes
 * holds the fence row of this run and epoch. A restore that was interrupted goes on where it was.
 * Throws TargetUnreachable, TargetLoginRefused, PoolerEndpoint, TargetOlder, TargetRightsMissing, TargetNotEmpty,
 * TargetFull, Fenced, ChunkDamaged, DumpAbandoned, RestoreFailed, CopyInProgress.
 */
export async function restore(input: CopierInput, database: Database, around: Surroundings): Promise<CopierOutput> {
  await around.incidents.takeOver(around.staging, 'restore');
  const progress = new ProgressBoard('restore', around);
  const lock = new CopyLock(database, input.lockKey, around);
  const guard = new SteadySession(database, around, (session) => lock.take(session));
  const lookAtLock = () => guard.try('hold the lock', (session) => session.query('SELECT 1'));
  const over = new AbortController();
  try {
    await lookAtLock();
    const [output] = await taskGroup<CopierOutput | undefined>(around.signal, [
      (together) =>
        restoreAttempts(input, database, { ...around, signal: together }, progress).finally(() => over.abort()),
      async (together) => {
        const either = AbortSignal.any([together, over.signal]);
        while (!either.aborted) {
          await lookAtLock();
          await around.clock.sleep(LOOK_EVERY_MS, either).catch(() => {});
        }
        return undefined;
      },
    ]);
    progress.phase = 'done';
    return output as CopierOutput;
  } finally {
    await Promise.all([guard.close(), progress.stop()]);
  }
}

/** Attempt after attempt of the dump, until one was restored whole. */
async function restoreAttempts(
  input: CopierInput,
  database: Database,
  around: Surroundings,
  progress: ProgressBoard,
): Promise<CopierOutput> {
  const { staging, log, incidents } = around;
  for (let first = true; ; first = false) {
    progress.phase = 'waiting for the dump';
    const watch = new DumpWatch(input.run, around);
    const plan = await watch.plan();
    try {
      const begun = new Restore(input, database, around, plan, watch, progress);
      const manifest = await begun.run(first && incidents.afterAnother);
      await watch.proveLast(plan);
      return answer(manifest, staging.address(keys.restored(plan.attempt)));
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      log('restore starts again', { attempt: plan.attempt, reason: error.message });
      await around.clock.sleep(AGAIN_MS, around.signal);
    }
  }
}

/** The restore of one attempt's plan. */
class Restore {
  readonly #input: CopierInput;
  readonly #database: Database;
  readonly #around: Surroundings;
  readonly #plan: Plan;
  readonly #watch: DumpWatch;
  readonly #progress: ProgressBoard;
  readonly #writer: Writer;
  readonly #schema: SchemaWriter;

  constructor(
    input: CopierInput,
    database: Database,
    around: Surroundings,
    plan: Plan,
    watch: DumpWatch,
    progress: ProgressBoard,
  ) {
    this.#input = input;
    this.#database = database;
    this.#around = around;
    this.#plan = plan;
    this.#watch = watch;
    this.#progress = progress;
    this.#writer = { run: input.run, epoch: input.epoch, plan: plan.id, attempt: plan.attempt };
    this.#schema = new SchemaWriter(plan);
  }

  /** `interrupted`: another worker has begun it. */
  async run(interrupted: boolean): Promise<Manifest> {
    const { staging, clock, log, signal } = this.#around;
    const started = clock.now();
    const plan = this.#plan;
    this.#progress.begin(plan);
    const lead = new SteadySession(this.#database, this.#around);
    try {
      const possession = await lead.try('take possession', (client) => takePossession(client, this.#writer, plan));
      log('target taken', { attempt: plan.attempt, ...possession });
      this.#tell(possession, interrupted);
      await lead.try('recall what was refused', (client) => this.#schema.recall(client));
      this.#progress.phase = 'creating tables';
      const schemaKey = keys.schema(plan.schema);
      const schema = unsealBytes(plan.id, await this.#watch.object(plan, schemaKey), schemaKey);
      const entriesOf = async (section: 'pre-data' | 'post-data') =>
        withoutExtensions(
          readSchemaScript(await schemaScript(schema, section, signal, { rights: 'grants' }), plan.encoding),
          plan.leftOutExtensions,
        );
      const { before, after, last, grants } = arrange(await entriesOf('pre-data'), await entriesOf('post-data'));
      await this.#createTables(lead, before);
      this.#schema.proveCreatable([...after, ...last]);

      this.#progress.phase = 'loading';
      await this.#load(new Agenda(plan, before, after));
      log('data loaded, indexes and constraints built', { attempt: plan.attempt });

      this.#progress.phase = 'finishing';
      for (const view of plan.materializedViews) {
        const refresh = `REFRESH MATERIALIZED VIEW ${view}`;
        await lead.try(refresh, (client) =>
          this.#once(client, lateMark(`refresh ${view}`), () => client.query(refresh)),
        );
      }
      const source = await this.#watch.manifest(plan);
      await lead.try('set sequences', (client) =>
        writeAgain(client, this.#writer, () => target.setSequences(client, source.sequences)),
      );
      await this.#analyze(await lead.try('list tables', target.tablesToAnalyze));
      await lead.try('flush', (client) => target.makeDurable(client, this.#writer));

      this.#progress.phase = 'measuring';
      const measured = await this.#measured(lead, started, [...before, ...after], source);
      for (const entry of last) await lead.try(`${entry.type} ${entry.name}`, (client) => this.#build(client, entry));
      for (const entry of grants) {
        const mark = lateMark(`entry ${entry.id}`);
        await lead.try(entry.name, (client) => this.#once(client, mark, () => this.#schema.grant(client, entry)));
      }
      await lead.try('grant rights on large objects', (client) =>
        this.#once(client, lateMark('grants on large objects'), () =>
          this.#schema.grantEach(client, source.grants ?? []),
        ),
      );
      await lead.try('flush', (client) => target.makeDurable(client, this.#writer));
      const manifest = { ...measured, leftOut: this.#schema.leftOut, incidents: this.#around.incidents.sentences };
      await staging.put(keys.restored(plan.attempt), seal(manifest));
      return manifest;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Superseded) throw error;
      const named = declared(error, this.#database, 'restore');
      throw named.name === 'TargetFull' ? await withSizes(named, this.#database, plan, signal) : named;
    } finally {
      await lead.close();
    }
  }

  /**
   * What the target holds, measured and proved once for the attempt: what is created next may hide rows even from their
   * owner, or fire on what we do.
   */
  async #measured(
    lead: SteadySession,
    started: number,
    entries: readonly SchemaEntry[],
    source: Manifest,
  ): Promise<Manifest> {
    const { staging, clock } = this.#around;
    const plan = this.#plan;
    const key = keys.measured(plan.attempt);
    const before = await lead.try('see whether it was measured', (client) =>
      wasWritten(client, this.#writer, MEASURED),
    );
    const found = before && (await staging.get(key));
    if (found) return unseal(Manifest, found, key);
    const tally = await measureTarget(plan, this.#database, this.#input.workers, this.#around);
    const measured = tally.manifest('restore', this.#input, {
      serverVersion: (await lead.try('read the version', serverFacts)).version,
      sequences: await lead.try('read sequences', (client) => readSequenceValues(client, plan.sequences)),
      startedAt: new Date(started).toISOString(),
      finishedAt: new Date(clock.now()).toISOString(),
      incidents: this.#around.incidents.sentences,
    });
    const schema = entries.filter((entry) => this.#schema.holds(entry));
    const proving = clock.now();
    const proof = await proveTarget(
      { plan, schema, source, target: measured },
      this.#writer,
      this.#database,
      this.#around,
    );
    const manifest = proved(measured, proof, (clock.now() - proving) / 1000, clock);
    await staging.put(key, seal(manifest));
    await lead.try('mark it as measured', (client) => this.#once(client, MEASURED, async () => {}));
    return manifest;
  }

  #tell({ emptied, outdated, loaded }: Possession, interrupted: boolean): void {
    const there = `${loaded} of ${this.#plan.chunks.length} chunks were already loaded`;
    if (interrupted) this.#around.incidents.add(`The restore was interrupted; ${there}.`);
    if (emptied) this.#around.incidents.add('The target was emptied: it held the rows of an earlier snapshot.');
    else if (outdated) {
      this.#around.incidents.add(
        `${outdated} loaded chunks had changed at the source: their tables were emptied to be loaded again, and ${there}.`,
      );
    }
  }

  async #createTables(lead: SteadySession, entries: readonly SchemaEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
      const some = entries.slice(at, at + ENTRIES_AT_ONCE);
      await lead.try('create tables', (client) =>
        this.#once(client, `schema ${this.#plan.schema} from ${at}`, () => this.#schema.create(client, some)),
      );
    }
  }

  async #load(agenda: Agenda): Promise<void> {
    const { signal, clock } = this.#around;
    const worker = async (together: AbortSignal) => {
      const session = new SteadySession(this.#database, { ...this.#around, signal: together });
      try {
        while (!agenda.finished) {
          const job = agenda.next();
          if (!job) await clock.sleep(IDLE_MS, together);
          else await this.#do(job, session, agenda);
        }
      } finally {
        await session.close();
      }
    };
    await taskGroup<void>(signal, [
      () => this.#watch.follow(this.#plan, agenda),
      ...new Array<typeof worker>(this.#input.workers).fill(worker),
    ]);
  }

  async #do(job: Job, session: SteadySession, agenda: Agenda): Promise<void> {
    if (job.kind === 'build') {
      const { entry } = job;
      await session.try(`${entry.type} ${entry.name}`, (client) => this.#build(client, entry));
    } else {
      const { mark } = job;
      await session.try(`chunk ${mark.chunk}`, (client) =>
        loadChunk(client, this.#writer, this.#around.staging, this.#plan, mark),
      );
      this.#progress.chunkDone(mark);
    }
    agenda.ended(job);
    this.#progress.tablesDone = agenda.tablesLoaded;
  }

  async #analyze(tables: string[]): Promise<void> {
    const worker = async (signal: AbortSignal) => {
      const session = new SteadySession(this.#database, { ...this.#around, signal });
      try {
        for (let table = tables.shift(); table; table = tables.shift()) {
          const analyze = `ANALYZE ${table}`;
          await session.try(analyze, (client) => writeAgain(client, this.#writer, () => client.query(analyze)));
        }
      } finally {
        await session.close();
      }
    };
    await taskGroup(this.#around.signal, new Array(this.#input.workers).fill(worker));
  }

  /** DDL in one fenced transaction, once for this plan. */
  async #once(session: pg.Client, what: string, effect: () => Promise<unknown>): Promise<void> {
    await writeOnce(session, this.#writer, { id: what, rows: 0, bytes: 0 }, async () => void (await effect()));
  }

  #build(session: pg.Client, entry: SchemaEntry): Promise<void> {
    const what = `schema ${this.#plan.schema} entry ${entry.id}`;
    const mark = isEarly(entry) ? what : lateMark(what);
    return this.#once(session, mark, () => this.#schema.create(session, [entry]));
  }
}
