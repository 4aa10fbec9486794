import type pg from 'pg';
import type { Hash, Piece, PlannedTable } from '../staged.ts';
import { identifier, inServerEncoding } from './encoding.ts';

/** Two independent seeds: a pair of changes that cancels under one does not under the other. */
const SEEDS = [1, 2] as const;

export interface Measure {
  readonly rows: number;
  /** Of the rows' binary form. */
  readonly bytes: number;
  /** Bytes of the largest row. */
  readonly largest: number;
  readonly hash: Hash;
}

export const nothing: Measure = { rows: 0, bytes: 0, largest: 0, hash: ['0', '0'] };

/** Sums do not depend on the order of rows, so pieces may be measured apart and in any order. */
export function add(a: Measure, b: Measure): Measure {
  const sum = (x: string, y: string) => String(BigInt(x) + BigInt(y));
  return {
    rows: a.rows + b.rows,
    bytes: a.bytes + b.bytes,
    largest: Math.max(a.largest, b.largest),
    hash: [sum(a.hash[0], b.hash[0]), sum(a.hash[1], b.hash[1])],
  };
}

/** "schema"."name" */
export const qualified = (of: { schema: string; name: string }) => `${quoted(of.schema)}.${quoted(of.name)}`;
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** ` WHERE …` of a piece: its pages, and the filter of an extension's configuration table. */
export function condition(table: PlannedTable, piece: Piece): string {
  const parts = [];
  if (piece.from !== undefined) parts.push(`ctid >= '(${piece.from},0)'::pg_catalog.tid`);
  if (piece.to !== undefined) parts.push(`ctid < '(${piece.to},0)'::pg_catalog.tid`);
  if (table.filter) parts.push(`(${table.filter.replace(/^\s*WHERE\s/i, '')})`);
  return parts.length ? ` WHERE ${parts.join(' AND ')}` : '';
}

/**
 * Rows, bytes and hash sums of a piece in the session's snapshot. Byte-exact: 1.0 and 1.00 differ, and the columns of
 * a row are hashed together, so that values swapped between rows do not cancel. Inside a transaction it needs one that
 * speaks the server's encoding; see `measureAlone`.
 */
export async function measure(
  client: pg.Client,
  table: PlannedTable,
  piece: Piece,
  encoding: string,
): Promise<Measure> {
  const values = table.columns.map(
    ({ name, hashedAsText }) => identifier(name, encoding) + (hashedAsText ? '::text' : ''),
  );
  const from = `${identifier(table.schema, encoding)}.${identifier(table.name, encoding)}`;
  return await measureRows(
    client,
    `SELECT record_send(ROW(${values.join(', ')})) AS bytes FROM ONLY ${from}${condition(table, piece)}`,
  );
}

/** The same in a transaction of its own. */
export const measureAlone = (client: pg.Client, table: PlannedTable, piece: Piece, encoding: string) =>
  inServerEncoding(client, encoding, () => measure(client, table, piece, encoding));

/** The same over any query with one bytea column `bytes`. */
export async function measureRows(client: pg.Client, rows: string): Promise<Measure> {
  const { rows: result } = await client.query<{
    rows: string;
    bytes: string;
    largest: number;
    first: string;
    second: string;
  }>(
    // OFFSET 0 keeps the planner from computing a row's bytes three times.
    `SELECT count(*) AS rows, coalesce(sum(octet_length(bytes)), 0) AS bytes,
            coalesce(max(octet_length(bytes)), 0) AS largest,
            ${SEEDS.map((seed, at) => `coalesce(sum(hash_array_extended(ARRAY[bytes], ${seed})), 0) AS ${at ? 'second' : 'first'}`)}
     FROM (${rows} OFFSET 0) AS rows`,
  );
  const [sums] = result;
  if (!sums) return nothing;
  return { rows: Number(sums.rows), bytes: Number(sums.bytes), largest: sums.largest, hash: [sums.first, sums.second] };
}
