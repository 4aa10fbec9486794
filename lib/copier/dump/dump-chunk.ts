import { createHash } from 'node:crypto';
import type pg from 'pg';
import { pack } from '../codec.ts';
import type { Staging } from '../ports.ts';
import { CopyOut } from '../postgres/copy-out.ts';
import { copyOutStatement } from '../postgres/copy-statements.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import { copyOutLargeObjects, measureLargeObjects } from '../postgres/large-objects.ts';
import { measure, qualified } from '../postgres/row-hash.ts';
import { sqlState } from '../postgres/session.ts';
import { joinSnapshot } from '../postgres/snapshot.ts';
import { seal } from '../sealed.ts';
import { type DoneMark, type DonePiece, keys, type Plan, type PlannedChunk, type PlannedTable } from '../staged.ts';

/** A table is not what it was when the snapshot was taken: the attempt is worthless. */
export class SourceChanged extends Error {}

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

/**
 * Copies one chunk into staging and hashes the same rows, in one transaction on the plan's snapshot.
 * `findChanged` looks at the catalog from outside of it, while the tables are locked; `pass` lets raw bytes go on. On
 * any error the session is unusable. Throws SourceChanged, SnapshotLost, or PostgreSQL's own error.
 */
export async function dumpChunk(
  session: pg.Client,
  staging: Staging,
  plan: Plan,
  chunk: PlannedChunk,
  findChanged: (tables: readonly PlannedTable[]) => Promise<PlannedTable | undefined>,
  pass: (bytes: number) => Promise<void>,
): Promise<DoneMark> {
  const tables = chunk.pieces.map((piece) => plan.tables[piece.table] as PlannedTable);
  const proveUnchanged = async () => {
    const changed = tables.length && (await findChanged(tables));
    if (changed) throw new SourceChanged(qualified(changed));
  };
  await joinSnapshot(session, plan.snapshot);
  if (tables.length) {
    await session
      .query(`LOCK TABLE ${tables.map((table) => `ONLY ${qualified(table)}`).join(', ')} IN ACCESS SHARE MODE`)
      .catch(asChange);
    await proveUnchanged();
  }
  await speakServerEncoding(session, plan.encoding);

  const pieces: Omit<DonePiece, 'measure'>[] = [];
  const sha256 = createHash('sha256');
  async function* object(): AsyncGenerator<Buffer> {
    for (const { table, sql } of statements(plan, chunk)) {
      const copy = new CopyOut(session, sql);
      const parts: DonePiece['parts'] = [];
      for await (const raw of copy) {
        await pass(raw.length);
        const { packed, part } = await pack(raw);
        sha256.update(packed);
        parts.push(part);
        yield packed;
      }
      pieces.push({ table, rows: copy.rows, bytes: parts.reduce((sum, part) => sum + part.raw, 0), parts });
    }
  }
  await staging.put(keys.chunk(chunk.attempt, chunk.id), object());

  const proofBegan = performance.now();
  const measured: DonePiece[] = [];
  for (const [at, piece] of pieces.entries()) {
    const { largeObjects } = chunk;
    const range = chunk.pieces[at];
    const table = tables[at];
    if (table && range) {
      const sums = await measure(session, table, range, plan.encoding);
      // The same rows in the same snapshot: anything else is not a copy.
      if (sums.rows !== piece.rows) throw new SourceChanged(qualified(table));
      measured.push({ ...piece, measure: sums });
    } else if (largeObjects) {
      measured.push({ ...piece, measure: await measureLargeObjects(session, largeObjects) });
    }
  }
  const proofSeconds = (performance.now() - proofBegan) / 1000;
  await proveUnchanged();
  await session.query('COMMIT');

  const mark: DoneMark = {
    chunk: chunk.id,
    plan: plan.id,
    attempt: chunk.attempt,
    epoch: plan.epoch,
    rows: pieces.reduce((sum, piece) => sum + piece.rows, 0),
    bytes: pieces.reduce((sum, piece) => sum + piece.bytes, 0),
    pieces: measured,
    sha256: sha256.digest('hex'),
    proofSeconds,
  };
  await staging.put(keys.done(chunk.attempt, chunk.id), seal(mark));
  return mark;
}

function* statements(plan: Plan, chunk: PlannedChunk): Generator<{ table: number; sql: string }> {
  for (const piece of chunk.pieces) {
    yield { table: piece.table, sql: copyOutStatement(plan.tables[piece.table] as PlannedTable, piece, plan.encoding) };
  }
  if (chunk.largeObjects) yield { table: -1, sql: copyOutLargeObjects(chunk.largeObjects) };
}

/** A dropped or renamed table, or a dropped column, in words of our own. */
function asChange(error: Error): never {
  if ([UNDEFINED_TABLE, UNDEFINED_COLUMN].includes(sqlState(error) ?? '')) throw new SourceChanged(error.message);
  throw error;
}
