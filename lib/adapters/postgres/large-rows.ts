import pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { inTransaction, type Login, sqlState } from './connect.ts';
import { statement } from './statements.ts';

/**
 * PostgreSQL sends a row as one message, and hashes it as one value; both end at 1 GB - 1 (MaxAllocSize). The 64 KiB are
 * for what stands around the values: 1,600 columns × 8 bytes and some headers.
 */
const LARGEST_ROW_BYTES = (1 << 30) - 1 - (64 << 10);

/**
 * Compressed values are smaller than they are sent: by 87 times at most with pglz (8 matches of 273 bytes in 25 bytes), by
 * 255 with lz4 (a length of 255 in each byte). So a row of 1 GB has at least 1 GB / 256 = 4 MiB in its table's TOAST.
 */
const TOAST_BYTES = 4 << 20;

/** A query that was cancelled, by its time-out. */
const CANCELLED = '57014';
/** What a person recognises a key by. */
const KEY_CHARACTERS = 80;

interface LargeTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: 'bytea' | 'text' | 'other' }[];
  readonly textual: boolean;
  readonly key: readonly string[];
}

/**
 * Looks for a row that is larger than PostgreSQL can send. Reads the tables' heaps but no TOAST: the length of a `bytea`
 * or text is told without reading it. Of other types only the stored size is known, so a large `jsonb` may be overlooked;
 * the dump refuses it then.
 * @param tables their oids; without them all that are large enough
 * @param withinMs how long to look; what was not looked at by then is left to the dump. Default: no end
 * @throws FieldTooLarge with table, key and the sizes of the columns
 */
export async function refuseTooLarge(
  client: pg.Client,
  login: Login,
  { tables, withinMs }: { readonly tables?: readonly number[]; readonly withinMs?: number } = {},
): Promise<void> {
  const { rows } = await client.query<LargeTable>(statement('list-large-tables'), [TOAST_BYTES, tables ?? null]);
  const deadline = withinMs === undefined ? undefined : Date.now() + withinMs;
  for (const table of rows) {
    const left = deadline === undefined ? 0 : deadline - Date.now();
    if (deadline !== undefined && left <= 0) return;
    const found = await largeRow(client, table, left);
    if (found === 'too long to look') return;
    if (found) throw fieldTooLarge(found, login);
  }
}

/** A row by its key, or by its place where its table has none. */
interface LargeRow {
  readonly table: string;
  readonly where: string;
  readonly columns: readonly { readonly name: string; readonly bytes: number }[];
}

function fieldTooLarge({ table, where, columns }: LargeRow, { database, host, port }: Login): WorkflowError {
  const sizes = columns.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
  const whole = megabytes(columns.reduce((sum, { bytes }) => sum + bytes, 0));
  const named = sizes.slice(0, 3).map(({ name, bytes }) => `${name} ${megabytes(bytes)}`);
  return new WorkflowError(
    'FieldTooLarge',
    `The row ${where} of table ${table} in source database "${database}" at ${host}:${port} is ${whole} (${named.join(', ')}); PostgreSQL sends no more than 1 GB of a row, so nothing can copy it. Shorten it, move the value elsewhere or delete the row, then start again.`,
  );
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000).toLocaleString('en-US')} MB`;

async function largeRow(
  client: pg.Client,
  table: LargeTable,
  timeoutMs: number,
): Promise<LargeRow | 'too long to look' | undefined> {
  const name = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`;
  const sizes = table.columns.map((column) => {
    const value = pg.escapeIdentifier(column.name);
    if (column.type === 'other') return `coalesce(pg_column_size(${value}), 0)::bigint`;
    // As text, each byte of a bytea is two digits.
    const factor = table.textual && column.type === 'bytea' ? 2 : 1;
    return `${factor} * coalesce(octet_length(${value}), 0)::bigint`;
  });
  const key = table.key.length
    ? table.key.map((column) => `left(${pg.escapeIdentifier(column)}::text, ${KEY_CHARACTERS})`)
    : ['ctid::text'];
  try {
    const row = await inTransaction(client, async () => {
      await client.query(`SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}`);
      const { rows } = await client.query<{ key: string[]; sizes: string[] }>(
        `SELECT ARRAY[${key}] AS key, ARRAY[${sizes}]::text[] AS sizes FROM ONLY ${name}
         WHERE ${sizes.join(' + ')} > ${LARGEST_ROW_BYTES} LIMIT 1`,
      );
      return rows[0];
    });
    if (!row) return undefined;
    const columns = table.key.length ? table.key : ['ctid'];
    return {
      table: name,
      where: columns.map((column, at) => `${column} = ${row.key[at]}`).join(', '),
      columns: table.columns.map((column, at) => ({ name: column.name, bytes: Number(row.sizes[at]) })),
    };
  } catch (error) {
    if (timeoutMs > 0 && sqlState(error) === CANCELLED) return 'too long to look';
    throw error;
  }
}

const PROGRAM_LIMIT = '54000';
const INTERNAL = 'XX000';

/** Whether PostgreSQL failed because a row, or a value on its way, passed 1 GB. */
export function isTooLarge(error: unknown): boolean {
  const state = sqlState(error);
  const words = error instanceof Error ? error.message : '';
  return state === PROGRAM_LIMIT || (state === INTERNAL && /invalid memory alloc request size/.test(words));
}
