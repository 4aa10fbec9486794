import { pageRanges } from '../dump/chunks.ts';
import { Tally } from '../manifest.ts';
import type { Surroundings } from '../ports.ts';
import { measureLargeObjects } from '../postgres/large-objects.ts';
import { measureAlone } from '../postgres/row-hash.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import { sizeHere } from '../postgres/target.ts';
import type { Piece, Plan, PlannedTable } from '../staged.ts';
import { taskGroup } from '../task-group.ts';

/** Counts and hashes every table of the plan as it lies in the target, by `workers` side by side. */
export async function measureTarget(
  plan: Plan,
  database: Database,
  workers: number,
  around: Surroundings,
): Promise<Tally> {
  const tally = new Tally(plan);
  const queue = plan.tables.map((table, at): { table: PlannedTable; at: number; range?: Omit<Piece, 'table'> } => ({
    table,
    at,
  }));
  const worker = async (signal: AbortSignal) => {
    const session = new SteadySession(database, { ...around, signal });
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { table, at } = next;
        if (!next.range) {
          // Pages here do not follow the source's; a large table is cut anew, so that all workers share it.
          const size = await session.try(`measure ${table.name}`, (client) => sizeHere(client, table));
          const [first = {}, ...rest] = pageRanges(size);
          queue.unshift(...rest.map((range) => ({ table, at, range })));
          next = { table, at, range: first };
        }
        const { range } = next;
        const started = around.clock.now();
        const measured = await session.try(`measure ${table.name}`, (client) =>
          measureAlone(client, table, { table: at, ...range }, plan.encoding),
        );
        tally.addPiece(at, measured, (around.clock.now() - started) / 1000);
      }
    } finally {
      await session.close();
    }
  };
  const largeObjects = async (signal: AbortSignal) => {
    const session = new SteadySession(database, { ...around, signal });
    try {
      tally.addLargeObjects(await session.try('measure large objects', (client) => measureLargeObjects(client)));
    } finally {
      await session.close();
    }
  };
  await taskGroup(around.signal, [largeObjects, ...new Array<typeof worker>(workers).fill(worker)]);
  return tally;
}
