import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Staging, Surroundings } from '../ports.ts';
import { copyIn } from '../postgres/copy-in.ts';
import { columnList, copyInStatement } from '../postgres/copy-statements.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import { Superseded, type Writer, writeAgain } from '../postgres/fence.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import { keys, type Plan, type PlannedTable } from '../staged.ts';
import type { TableDifferences } from '../verify/findings.ts';
import { readKey } from '../verify/keys.ts';
import { locate } from '../verify/locate.ts';
import { tableRows } from '../verify/row-digests.ts';
import { readMark } from './dump-watch.ts';
import { readChunk } from './load-chunk.ts';
import type { SchemaEntry } from './schema-entries.ts';

/** The target holds such a table once more for a while. */
const MOST_BYTES = 4 * 2 ** 30;
const TRUTH = 'pg_temp.passage_truth';

/**
 * Names the rows in which a table of the target differs from the dump. The source's snapshot is gone by now, so its
 * rows are loaded from staging into a temporary table, in one fenced transaction. Where that cannot be done, the
 * answer says why.
 */
export async function locateInStaging(
  at: number,
  plan: Plan,
  writer: Writer,
  schema: readonly SchemaEntry[],
  database: Database,
  around: Surroundings,
): Promise<TableDifferences> {
  const table = plan.tables[at] as PlannedTable;
  if (table.bytes > MOST_BYTES) return unlocated(table, 'Its rows are not located: it is larger than 4 GiB.');
  const { encoding } = plan;
  const session = new SteadySession(database, around);
  try {
    return await session.try(`locate differences of ${table.name}`, (client) =>
      writeAgain(client, writer, async () => {
        const columns = table.columns.map(({ name }) => name);
        const key = (await readKey(client, table)).filter((name) => columns.includes(name));
        await speakServerEncoding(client, encoding);
        const from = tableRows(table, encoding);
        await client.query(
          `CREATE TEMPORARY TABLE ${TRUTH} ON COMMIT DROP AS SELECT ${columnList(table, encoding)} FROM ${from} WITH NO DATA`,
        );
        const rows = await loadTruth(client, at, plan, around.staging);
        const shape = { columns: table.columns, key: key.length ? key : keyInSchema(table, schema), encoding };
        return await locate(table, shape, { client, from: TRUTH }, { client, from }, rows);
      }),
    );
  } catch (error) {
    around.signal.throwIfAborted();
    if (error instanceof Superseded || (error instanceof WorkflowError && error.name === 'Fenced')) throw error;
    // It is known that the table differs, which must not be hidden by a second trouble.
    const { message } = error as Error;
    around.log('differences not located', { table: table.name, reason: message });
    return unlocated(table, `Its rows are not located: ${message}`);
  } finally {
    await session.close();
  }
}

export const unlocated = (table: { schema: string; name: string }, note: string): TableDifferences => ({
  table: `${table.schema}.${table.name}`,
  key: [],
  ...{ missing: 0, unexpected: 0, changed: 0, duplicated: 0 },
  rows: [],
  note,
});

/** Every staged row of the table; how many there are. */
async function loadTruth(client: pg.Client, at: number, plan: Plan, staging: Staging): Promise<number> {
  const table = plan.tables[at] as PlannedTable;
  let rows = 0;
  for (const { id, attempt } of plan.chunks.filter(({ pieces }) => pieces.some((piece) => piece.table === at))) {
    const key = keys.done(attempt, id);
    const mark = readMark((await staging.get(key)) ?? Buffer.alloc(0), key, plan);
    await readChunk(staging, mark, async (piece, frames) => {
      if (piece.table === at) rows += await copyIn(client, copyInStatement(table, plan.encoding, TRUTH), frames);
    });
  }
  return rows;
}

const primaryKey = /ADD CONSTRAINT .* PRIMARY KEY \((?<columns>.*)\);/;

/** The primary key that the source has, where the target's is gone. */
function keyInSchema(table: PlannedTable, schema: readonly SchemaEntry[]): string[] {
  const found = schema
    .filter((entry) => entry.type === 'CONSTRAINT' && entry.schema === table.schema)
    .filter((entry) => entry.name.startsWith(`${table.name} `))
    .flatMap(({ sql }) => primaryKey.exec(Buffer.from(sql, 'latin1').toString())?.groups?.columns ?? []);
  const names = (found[0]?.match(/"(?:[^"]|"")+"|[^\s,]+/g) ?? []).map((name) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  );
  return table.columns.map(({ name }) => name).filter((name) => names.includes(name));
}
