import { WorkflowError } from '../../workflow/errors.ts';
import type { Surroundings } from '../ports.ts';
import { findChanged } from '../postgres/catalog.ts';
import { qualified } from '../postgres/row-hash.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import type { DoneMark, Plan, PlannedChunk, PlannedTable } from '../staged.ts';
import { taskGroup } from '../task-group.ts';
import { dumpChunk } from './dump-chunk.ts';
import { PutBack, type SourceGuard } from './source-guard.ts';
import { explained } from './too-large.ts';

/** 20 tries with 5 s for each lock and 1 s between them = 2 minutes of a table that others keep locked. */
const LOCKED_TRIES = 20;
const PUT_BACK_MS = 1000;

/**
 * Copies chunks of the plan, in their order, by `workers` side by side; `onDumped` after each, with the seconds that it
 * took. A worker has two sessions: one copies under the snapshot, the other sees the catalog as it is now. A chunk that
 * had to let go of its tables is copied again after the others. Throws SourceKeepsChanging when others keep them locked.
 */
export async function copyChunks(
  plan: Plan,
  chunks: readonly PlannedChunk[],
  database: Database,
  workers: number,
  guard: SourceGuard,
  around: Surroundings,
  onDumped: (mark: DoneMark, seconds: number) => void,
): Promise<void> {
  const queue = chunks.map((chunk) => ({ chunk, tries: 1 }));
  const worker = async (signal: AbortSignal) => {
    const copying = new SteadySession(database, { ...around, signal });
    const looking = new SteadySession(database, { ...around, signal });
    const copy = (chunk: PlannedChunk) =>
      copying.try(`copy chunk ${chunk.id}`, (session) =>
        guard.yielding(session, signal, (held) =>
          dumpChunk(
            session,
            around.staging,
            plan,
            chunk,
            (tables) =>
              looking.try('look at the catalog', (outside) => findChanged(outside, tables, plan.serverVersion)),
            (bytes) => guard.throttle.pass(bytes, held),
          ),
        ),
      );
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { chunk, tries } = next;
        await guard.throttle.admit(signal);
        const started = around.clock.now();
        try {
          const mark = await copy(chunk).catch(async (error: unknown) => {
            throw await explained(error, plan, chunk, looking, database);
          });
          onDumped(mark, (around.clock.now() - started) / 1000);
        } catch (error) {
          if (!(error instanceof PutBack)) throw error;
          around.log('chunk put back', { chunk: chunk.id, tries, reason: error.message });
          if (error.locked && tries === LOCKED_TRIES) throw keptLocked(plan, chunk);
          queue.push({ chunk, tries: tries + (error.locked ? 1 : 0) });
          await around.clock.sleep(PUT_BACK_MS, signal);
        }
      }
    } finally {
      await Promise.all([copying.close(), looking.close()]);
    }
  };
  await taskGroup(around.signal, new Array(Math.min(workers, chunks.length)).fill(worker));
}

function keptLocked(plan: Plan, chunk: PlannedChunk): WorkflowError {
  const tables = chunk.pieces.map(({ table }) => qualified(plan.tables[table] as PlannedTable));
  return new WorkflowError(
    'SourceKeepsChanging',
    `Other sessions wanted an exclusive lock on ${tables.join(', ')}, or held it, at each of ${LOCKED_TRIES} tries to copy it. Hold back maintenance of these tables, then start again.`,
  );
}
