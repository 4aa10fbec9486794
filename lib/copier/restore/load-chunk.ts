import { createHash } from 'node:crypto';
import type pg from 'pg';
import { damaged, unpack } from '../codec.ts';
import type { Staging } from '../ports.ts';
import { copyIn } from '../postgres/copy-in.ts';
import { copyInStatement } from '../postgres/copy-statements.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import { type Writer, writeOnce } from '../postgres/fence.ts';
import { copyInLargeObjects, createLanding, writeLanded } from '../postgres/large-objects.ts';
import { type DoneMark, type DonePiece, keys, type Part, type Plan, type PlannedTable } from '../staged.ts';

/**
 * Loads one staged chunk in one fenced transaction, once. False when it had been loaded before. On any error nothing
 * of it is in the target and the session is unusable. Throws ChunkDamaged, Fenced, or PostgreSQL's own error.
 */
export async function loadChunk(
  session: pg.Client,
  writer: Writer,
  staging: Staging,
  plan: Plan,
  mark: DoneMark,
): Promise<boolean> {
  if (mark.plan !== plan.id) throw damaged(mark.chunk, 'its mark belongs to another plan');
  return await writeOnce(session, writer, { id: mark.chunk, rows: mark.rows, bytes: mark.bytes }, async () => {
    await speakServerEncoding(session, plan.encoding);
    await readChunk(staging, mark, async ({ table, rows }, frames) => {
      const largeObjects = table < 0;
      if (largeObjects) await session.query(createLanding);
      const sql = largeObjects
        ? copyInLargeObjects
        : copyInStatement(plan.tables[table] as PlannedTable, plan.encoding);
      const loaded = await copyIn(session, sql, frames);
      if (loaded !== rows) throw damaged(mark.chunk, `${loaded} rows arrived instead of ${rows}`);
      if (largeObjects) await session.query(writeLanded);
    });
  });
}

/**
 * Reads a staged chunk piece by piece, as CopyData frames; what `take` leaves of a piece is passed over.
 * Throws ChunkDamaged unless the whole object is what its mark says, which is known only at its end.
 */
export async function readChunk(
  staging: Staging,
  mark: DoneMark,
  take: (piece: DonePiece, frames: AsyncGenerator<Buffer>) => Promise<void>,
): Promise<void> {
  const object = await staging.open(keys.chunk(mark.attempt, mark.chunk));
  if (!object) throw damaged(mark.chunk, 'its object is missing');
  const reader = new ObjectReader(object, mark.chunk);
  try {
    for (const piece of mark.pieces) {
      const frames = reader.unpacked(piece.parts);
      await take(piece, frames);
      while (!(await frames.next()).done);
    }
    await reader.proveEnd(mark.sha256);
  } finally {
    await reader.close();
  }
}

/** An object read once from its beginning, in pieces whose lengths are known. */
class ObjectReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #chunk: string;
  readonly #sha256 = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);

  constructor(object: AsyncIterable<Buffer>, chunk: string) {
    this.#chunks = object[Symbol.asyncIterator]();
    this.#chunk = chunk;
  }

  /** The raw bytes of the next parts; the next one is read and unpacked while the last one is written. */
  async *unpacked(parts: readonly Part[]): AsyncGenerator<Buffer> {
    const read = async (part: Part) => unpack(await this.#take(part.bytes), part, this.#chunk);
    let ahead: Promise<Buffer> | undefined;
    for (const [at, part] of parts.entries()) {
      const raw = await (ahead ?? read(part));
      const following = parts[at + 1];
      ahead = following && read(following);
      // Its failure is thrown when its turn comes.
      ahead?.catch(() => {});
      yield raw;
    }
  }

  /** Throws ChunkDamaged unless nothing follows and the whole object has this checksum. */
  async proveEnd(sha256: string): Promise<void> {
    const { done } = this.#rest.length ? { done: false } : await this.#chunks.next();
    if (!done) throw damaged(this.#chunk, 'its object is longer than its parts');
    if (this.#sha256.digest('hex') !== sha256) throw damaged(this.#chunk, "its object's checksum differs");
  }

  async close(): Promise<void> {
    await this.#chunks.return?.().catch(() => {});
  }

  async #take(bytes: number): Promise<Buffer> {
    const taken = [this.#rest];
    let length = this.#rest.length;
    while (length < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done) throw damaged(this.#chunk, 'its object is shorter than its parts');
      taken.push(value);
      length += value.length;
    }
    const all = taken.length === 1 ? this.#rest : Buffer.concat(taken);
    const packed = all.subarray(0, bytes);
    this.#rest = all.subarray(bytes);
    this.#sha256.update(packed);
    return packed;
  }
}
