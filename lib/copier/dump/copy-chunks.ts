import { crew } from '../crew.ts';
import type { Surroundings } from '../ports.ts';
import { findChanged } from '../postgres/catalog.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import type { DoneMark, Plan, PlannedChunk } from '../staged.ts';
import { dumpChunk } from './dump-chunk.ts';

/**
 * Copies chunks of the plan, in their order, by `workers` side by side; `onDumped` after each, with the seconds that it
 * took. A worker has two sessions: one copies under the snapshot, the other sees the catalog as it is now.
 */
export async function copyChunks(
  plan: Plan,
  chunks: readonly PlannedChunk[],
  database: Database,
  workers: number,
  around: Surroundings,
  onDumped: (mark: DoneMark, seconds: number) => void,
): Promise<void> {
  const queue = [...chunks];
  const worker = async (signal: AbortSignal) => {
    const copying = new SteadySession(database, { ...around, signal });
    const looking = new SteadySession(database, { ...around, signal });
    try {
      for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
        const next = chunk;
        const started = around.clock.now();
        const mark = await copying.try(`copy chunk ${next.id}`, (session) =>
          dumpChunk(session, around.staging, plan, next, (tables) =>
            looking.try('look at the catalog', (outside) => findChanged(outside, tables, plan.serverVersion)),
          ),
        );
        onDumped(mark, (around.clock.now() - started) / 1000);
      }
    } finally {
      await Promise.all([copying.close(), looking.close()]);
    }
  };
  await crew(around.signal, new Array(Math.min(workers, chunks.length)).fill(worker));
}
