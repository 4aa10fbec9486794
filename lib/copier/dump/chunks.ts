import type { PlannedChunk, PlannedTable } from '../staged.ts';

/** About 10 MB in S3, and a second or two of work: small enough to repeat, large enough to pay for its transaction. */
const CHUNK_BYTES = 64 << 20;
/** A part, below which a chunk only costs. */
const SMALLEST_BYTES = 4 << 20;
/** A chunk's tables are locked while it waits for the rate. */
const LOCKED_SECONDS = 10;
/** Tables below this share a chunk. */
const SMALL_BYTES = 1 << 20;
const BUNDLE_BYTES = 16 << 20;
/** A bundle locks its tables together, out of the 64 lock slots that each connection has by default. */
const BUNDLE_TABLES = 50;
/** From here on a range of pages is read without scanning the rest. */
const TID_RANGE_SCANS = 140000;

/** How large chunks are to be at a rate: about what passes in ten seconds. */
export const chunkBytesAt = (megabytesPerSecond = Number.POSITIVE_INFINITY): number =>
  Math.min(CHUNK_BYTES, Math.max(SMALLEST_BYTES, megabytesPerSecond * 1e6 * LOCKED_SECONDS));

/** Cuts tables, in their order, into chunks; `version` is the source's server_version_num. */
export function planChunks(
  tables: readonly PlannedTable[],
  largeObjects: readonly { from: number; to: number }[],
  version: number,
  chunkBytes = CHUNK_BYTES,
): Omit<PlannedChunk, 'attempt'>[] {
  const chunks: Omit<PlannedChunk, 'id' | 'attempt'>[] = [];
  let bundle: Omit<PlannedChunk, 'id' | 'attempt'> = { pieces: [], bytes: 0 };
  tables.forEach((table, at) => {
    const pieces = version >= TID_RANGE_SCANS ? pageRanges(table, chunkBytes) : [{}];
    if (pieces.length > 1 || table.bytes >= SMALL_BYTES) {
      for (const range of pieces) {
        chunks.push({ pieces: [{ table: at, ...range }], bytes: Math.round(table.bytes / pieces.length) });
      }
      return;
    }
    if (bundle.pieces.length === BUNDLE_TABLES || bundle.bytes + table.bytes > BUNDLE_BYTES) {
      chunks.push(bundle);
      bundle = { pieces: [], bytes: 0 };
    }
    bundle.pieces.push({ table: at });
    bundle.bytes += table.bytes;
  });
  if (bundle.pieces.length) chunks.push(bundle);
  for (const range of largeObjects) chunks.push({ pieces: [], largeObjects: range, bytes: 0 });
  return chunks.map((chunk, at) => ({ id: String(at + 1).padStart(6, '0'), ...chunk }));
}

/** Ranges of heap pages of about equal size (TOAST included); the last one is open, for pages added since. */
export function pageRanges(
  table: Pick<PlannedTable, 'pages' | 'bytes'>,
  chunkBytes = CHUNK_BYTES,
): { from?: number; to?: number }[] {
  const count = Math.max(1, Math.min(Math.ceil(table.bytes / chunkBytes), table.pages));
  if (count === 1) return [{}];
  const pages = Math.ceil(table.pages / count);
  return Array.from({ length: Math.ceil(table.pages / pages) }, (_, at, last = Math.ceil(table.pages / pages) - 1) => ({
    ...(at > 0 && { from: at * pages }),
    ...(at < last && { to: (at + 1) * pages }),
  }));
}
