import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import type { Staging, Surroundings } from '../ports.ts';
import { findChanged } from '../postgres/catalog.ts';
import { schemaScript } from '../postgres/client-tools.ts';
import { measureLargeObjects } from '../postgres/large-objects.ts';
import { condition, qualified } from '../postgres/row-hash.ts';
import { type Database, sqlState } from '../postgres/session.ts';
import { comparable, joinSnapshot, mayBeYounger } from '../postgres/snapshot.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import { readSchemaScript, type SchemaEntry } from '../restore/schema-entries.ts';
import { unseal } from '../sealed.ts';
import { DoneMark, keys, type Plan, type PlannedChunk, type PlannedTable } from '../staged.ts';
import { taskGroup } from '../task-group.ts';
import { SourceChanged } from './dump-chunk.ts';
import type { Taken } from './plan.ts';

/** The table was dropped, is locked by somebody else, or is wanted by somebody else: then the chunk is copied again. */
const NOT_COMPARABLE = ['42P01', '55P03', '57014'];

/** The chunks of a plan that are complete in staging. */
export async function readMarks(staging: Staging, plan: Plan): Promise<DoneMark[]> {
  const attempts = [...new Set(plan.chunks.map(({ attempt }) => attempt))];
  const there = new Set((await Promise.all(attempts.map((attempt) => staging.list(keys.done(attempt))))).flat());
  const marks: DoneMark[] = [];
  for (const { id, attempt } of plan.chunks) {
    const key = keys.done(attempt, id);
    const mark = there.has(key) && (await staging.get(key));
    if (mark) marks.push(unseal(DoneMark, mark, key));
  }
  return marks;
}

/**
 * Why the new snapshot cannot go on with an earlier attempt's chunks; undefined when it can, chunk by chunk. Row ids
 * and page ranges mean the same only while each table has the same file.
 */
export function whyNot(before: Plan, taken: Taken): string | undefined {
  if (!comparable(before.origin, taken.origin, taken.horizon)) return 'the server was restarted or is another one';
  if (!isDeepStrictEqual(before.sequences, taken.sequences)) return 'the sequences are not the same';
  const now = new Map(taken.tables.map((table) => [table.oid, table]));
  const changed = before.tables.find((table) => !sameTable(table, now.get(table.oid)));
  if (changed) return `table ${qualified(changed)} was altered, truncated, renamed or dropped`;
  if (now.size !== before.tables.length) return 'there are new tables';
  return undefined;
}

function sameTable(before: PlannedTable, now: PlannedTable | undefined): boolean {
  // Sizes and estimates may differ, and so does the order that follows from them.
  const shape = ({ pages, bytes, indexBytes, rows, ...rest }: PlannedTable) => rest;
  return now !== undefined && isDeepStrictEqual(shape(before), shape(now));
}

/** Whether two outputs of pg_dump create the same objects. Its ids are given anew each time. */
export async function sameSchema(before: Buffer, now: Buffer, encoding: string, signal: AbortSignal): Promise<boolean> {
  const entries = async (schema: Buffer) => {
    const sections = [];
    for (const section of ['pre-data', 'post-data'] as const) {
      sections.push(
        withoutIds(readSchemaScript(await schemaScript(schema, section, signal, { rights: 'grants' }), encoding)),
      );
    }
    return sections;
  };
  return isDeepStrictEqual(await entries(before), await entries(now));
}

function withoutIds(entries: readonly SchemaEntry[]) {
  const names = new Map(entries.map(({ id, type, oid, name }) => [id, `${type} ${oid} ${name}`]));
  return entries.map(({ id, dependsOn, ...entry }) => ({ ...entry, dependsOn: dependsOn.map((on) => names.get(on)) }));
}

/**
 * The marks whose chunks are in the new snapshot what they were in the one that they were copied under: no row of the
 * chunk's pages may be younger than that one, so all were in it, and they are as many, so none is missing.
 * Throws SourceChanged when a table gets another file meanwhile.
 */
export async function findKept(
  before: Plan,
  marks: readonly DoneMark[],
  taken: Taken,
  database: Database,
  workers: number,
  around: Surroundings,
): Promise<DoneMark[]> {
  const chunks = new Map(before.chunks.map((chunk) => [chunk.id, chunk]));
  const queue = [...marks];
  const kept = new Set<DoneMark>();
  const worker = async (signal: AbortSignal) => {
    const session = new SteadySession(database, { ...around, signal });
    try {
      for (let mark = queue.shift(); mark; mark = queue.shift()) {
        const each = mark;
        const chunk = chunks.get(each.chunk) as PlannedChunk;
        const same = await session.try(`compare chunk ${each.chunk}`, (client) =>
          isUnchanged(client, before, chunk, each, taken.snapshot),
        );
        if (same) kept.add(each);
      }
      // A table that was given another file since the snapshot may hold other rows on the same pages.
      const changed = await session.try('look at the catalog', (client) =>
        findChanged(client, before.tables, before.serverVersion),
      );
      if (changed) throw new SourceChanged(qualified(changed));
    } finally {
      await session.close();
    }
  };
  await taskGroup(around.signal, new Array<typeof worker>(workers).fill(worker));
  return marks.filter((mark) => kept.has(mark));
}

async function isUnchanged(
  session: pg.Client,
  { tables, origin }: Plan,
  chunk: PlannedChunk,
  mark: DoneMark,
  snapshot: string,
): Promise<boolean> {
  await joinSnapshot(session, snapshot);
  let same = origin !== undefined;
  try {
    for (const [at, piece] of chunk.pieces.entries()) {
      if (!same || !origin) break;
      const table = tables[piece.table] as PlannedTable;
      const { rows } = await session.query<{ rows: string; younger: boolean | null }>(
        `SELECT count(*) AS rows, bool_or(${mayBeYounger(origin)}) AS younger
         FROM ONLY ${qualified(table)}${condition(table, piece)}`,
      );
      same = !rows[0]?.younger && Number(rows[0]?.rows) === mark.pieces[at]?.rows;
    }
    if (same && chunk.largeObjects) {
      // Their rows are in the server's own catalog, where a change leaves no trace that could be read here.
      const now = await measureLargeObjects(session, chunk.largeObjects);
      same = isDeepStrictEqual(now, mark.pieces[0]?.measure);
    }
  } catch (error) {
    if (!NOT_COMPARABLE.includes(sqlState(error) ?? '')) throw error;
    same = false;
  }
  await session.query('ROLLBACK');
  return same;
}

/**
 * The plan of an attempt that goes on: everything as it was, but for the chunks that must be copied again, and for the
 * schema unless it `hasSchema`.
 */
export function continuePlan(
  before: Plan,
  kept: readonly DoneMark[],
  taken: Taken,
  attempt: number,
  hasSchema: boolean,
): Plan {
  const keptIds = new Set(kept.map(({ chunk }) => chunk));
  const number = (id: string) => id.split('-')[0] ?? '';
  const chunks = before.chunks.map((chunk) =>
    keptIds.has(chunk.id) ? chunk : { ...chunk, attempt, id: `${number(chunk.id)}-${attempt}` },
  );
  // Ranges of large objects leave no gap, but where there were none there is no range.
  const first = chunks.some(({ largeObjects }) => largeObjects) ? [] : taken.chunks.filter((each) => each.largeObjects);
  first.forEach((chunk, at) => {
    const id = `${String(before.chunks.length + at + 1).padStart(6, '0')}-${attempt}`;
    chunks.push({ ...chunk, id, attempt });
  });
  const { snapshot, origin, materializedViews, epoch } = taken;
  const schema = hasSchema ? before.schema : attempt;
  return { ...before, attempt, schema, epoch, snapshot, ...(origin && { origin }), materializedViews, chunks };
}
