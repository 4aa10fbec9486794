import type { Measured } from '../compare.ts';
import { pageRanges } from '../dump/chunks.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import { measureLargeObjects } from '../postgres/large-objects.ts';
import { add, type Measure, measure, nothing } from '../postgres/row-hash.ts';
import type { ManifestTable, Piece, PlannedTable } from '../staged.ts';
import { taskGroup } from '../task-group.ts';
import type { Around, LiveSide } from './live-side.ts';

/** What has been read so far of one piece. */
type OnMeasured = (done: { rows: number; bytes: number }) => void;

/**
 * Counts and hashes `tables` of one side, each cut into ranges of pages, by `workers` side by side; the largest first.
 * In the order of `tables`, then its large objects. Texts are hashed in `encoding`.
 */
export async function measureSide(
  side: LiveSide,
  tables: readonly PlannedTable[],
  encoding: string,
  workers: number,
  around: Around,
  onMeasured: OnMeasured,
): Promise<Measured> {
  const sums = tables.map(() => ({ measure: nothing as Measure, seconds: 0, chunks: 0 }));
  const queue = tables
    .flatMap((table, at) => {
      const ranges = side.version >= 140_000 ? pageRanges(table) : [{}];
      const bytes = table.bytes / ranges.length;
      return ranges.map((range) => ({ table, bytes, piece: { table: at, ...range } satisfies Piece }));
    })
    .sort((a, b) => b.bytes - a.bytes);
  let largeObjects = { ...nothing, count: 0 };
  const worker = async (signal: AbortSignal) => {
    const session = side.session({ ...around, signal });
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { table, piece, bytes } = next;
        const started = around.clock.now();
        const measured = await session.try(`measure ${table.name}`, (client) =>
          side.piece(client, [table], async () => {
            await speakServerEncoding(client, encoding);
            return await measure(client, table, piece, encoding);
          }),
        );
        const sum = sums[piece.table];
        if (!sum) continue;
        sum.measure = add(sum.measure, measured);
        sum.seconds += (around.clock.now() - started) / 1000;
        sum.chunks += 1;
        onMeasured({ rows: measured.rows, bytes });
      }
    } finally {
      await session.close();
    }
  };
  const objects = async (signal: AbortSignal) => {
    const session = side.session({ ...around, signal });
    try {
      largeObjects = await session.try('measure large objects', (client) =>
        side.piece(client, [], () => measureLargeObjects(client)),
      );
    } finally {
      await session.close();
    }
  };
  await taskGroup(around.signal, [objects, ...new Array<typeof worker>(workers).fill(worker)]);
  const { count, bytes, hash } = largeObjects;
  return {
    tables: tables.map(({ schema, name }, at): ManifestTable => {
      const { measure: sum, seconds, chunks } = sums[at] as (typeof sums)[number];
      return { schema, name, rows: sum.rows, bytes: sum.bytes, hash: sum.hash, seconds, chunks };
    }),
    // Compared with the catalog, because they are not transactional.
    sequences: [],
    largeObjects: { count, bytes, hash },
  };
}
