import { createHash } from 'node:crypto';
import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { pack } from '../codec.ts';
import type { Staging } from '../ports.ts';
import { CopyOut } from '../postgres/copy-out.ts';
import { copyOutStatement } from '../postgres/copy-statements.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import { copyOutLargeObjects, type LargeObjectMeasure, measureLargeObjects } from '../postgres/large-objects.ts';
import { type Measure, measure, qualified } from '../postgres/row-hash.ts';
import { sqlState } from '../postgres/session.ts';
import { seal } from '../sealed.ts';
import { type DoneMark, keys, type Plan, type PlannedChunk, type PlannedTable } from '../staged.ts';

/** A table is not what it was when the snapshot was taken: the attempt is worthless. */
export class SourceChanged extends Error {}

/** A reader of ours must not be what an ALTER TABLE waits for, with the application behind it. */
const LOCK_TIMEOUT = '5s';
const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

export interface DumpedChunk {
  readonly chunk: PlannedChunk;
  readonly mark: DoneMark;
  /** In the order of the chunk's pieces. */
  readonly measures: readonly Measure[];
  readonly largeObjects?: LargeObjectMeasure;
}

/**
 * Copies one chunk into staging and hashes the same rows, in one transaction on the plan's snapshot.
 * `findChanged` looks at the catalog from outside of it, while the tables are locked. On any error the session is
 * unusable. Throws SourceChanged, SnapshotLost, or PostgreSQL's own error.
 */
export async function dumpChunk(
  session: pg.Client,
  staging: Staging,
  plan: Plan,
  chunk: PlannedChunk,
  findChanged: (tables: readonly PlannedTable[]) => Promise<PlannedTable | undefined>,
): Promise<DumpedChunk> {
  const tables = chunk.pieces.map((piece) => plan.tables[piece.table] as PlannedTable);
  const proveUnchanged = async () => {
    const changed = tables.length && (await findChanged(tables));
    if (changed) throw new SourceChanged(qualified(changed));
  };
  await joinSnapshot(session, plan.snapshot);
  if (tables.length) {
    await session.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await session
      .query(`LOCK TABLE ${tables.map((table) => `ONLY ${qualified(table)}`).join(', ')} IN ACCESS SHARE MODE`)
      .catch(asChange);
    await proveUnchanged();
  }
  await speakServerEncoding(session, plan.encoding);

  const pieces: DoneMark['pieces'] = [];
  const sha256 = createHash('sha256');
  async function* object(): AsyncGenerator<Buffer> {
    for (const { table, sql } of statements(plan, chunk)) {
      const copy = new CopyOut(session, sql);
      const parts: DoneMark['pieces'][number]['parts'] = [];
      for await (const raw of copy) {
        const { packed, part } = await pack(raw);
        sha256.update(packed);
        parts.push(part);
        yield packed;
      }
      pieces.push({ table, rows: copy.rows, bytes: parts.reduce((sum, part) => sum + part.raw, 0), parts });
    }
  }
  await staging.put(keys.chunk(plan.attempt, chunk.id), object());

  const measures: Measure[] = [];
  for (const [at, piece] of chunk.pieces.entries()) {
    const measured = await measure(session, tables[at] as PlannedTable, piece, plan.encoding);
    // The same rows in the same snapshot: anything else is not a copy.
    if (measured.rows !== pieces[at]?.rows) throw new SourceChanged(qualified(tables[at] as PlannedTable));
    measures.push(measured);
  }
  const largeObjects = chunk.largeObjects && (await measureLargeObjects(session, chunk.largeObjects));
  await proveUnchanged();
  await session.query('COMMIT');

  const mark: DoneMark = {
    chunk: chunk.id,
    plan: plan.id,
    epoch: plan.epoch,
    rows: pieces.reduce((sum, piece) => sum + piece.rows, 0),
    bytes: pieces.reduce((sum, piece) => sum + piece.bytes, 0),
    pieces,
    sha256: sha256.digest('hex'),
  };
  await staging.put(keys.done(plan.attempt, chunk.id), seal(mark));
  return { chunk, mark, measures, ...(largeObjects && { largeObjects }) };
}

async function joinSnapshot(session: pg.Client, snapshot: string): Promise<void> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await session.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`).catch((error: Error) => {
    if (!/snapshot/i.test(error.message)) throw error;
    throw new WorkflowError('SnapshotLost', `Snapshot ${snapshot} no longer exists: ${error.message}.`, {
      cause: error,
    });
  });
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
