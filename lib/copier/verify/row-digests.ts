import { isAscii, isUtf8 } from 'node:buffer';
import type pg from 'pg';
import { identifier } from '../postgres/encoding.ts';
import { condition } from '../postgres/row-hash.ts';
import type { PlannedTable } from '../staged.ts';

type Column = PlannedTable['columns'][number];

/**
 * Rows of one side, read in the transaction that is open on `client`. `from` is what follows FROM: a table with its
 * condition.
 */
export interface Rows {
  readonly client: pg.Client;
  readonly from: string;
}

/** What follows FROM for a table of the plan itself. */
export const tableRows = (table: PlannedTable, encoding: string) =>
  `ONLY ${identifier(table.schema, encoding)}.${identifier(table.name, encoding)}${condition(table, { table: 0 })}`;

/** How both sides' rows are told apart. */
export interface RowShape {
  readonly columns: readonly Column[];
  /** That both sides' transactions speak: their own where it is one. */
  readonly encoding: string;
  /** Names of columns; empty when rows are known by their whole contents alone. */
  readonly key: readonly string[];
}

/** One row as it is compared: nothing of its contents but its key. */
export interface RowDigest {
  /** Equal for equal keys, and ordered the same on both sides; without a key a digest of the whole row. */
  readonly identity: Buffer;
  /** Of all columns, byte-exact. */
  readonly hash: string;
  /** Of each column, byte-exact: `{1,2}`. */
  readonly columnHashes: string;
  /** The key's values as text in that encoding, cut after `SHOWN` characters. */
  readonly shown: readonly (Buffer | null)[];
  /** How many rows are just like this: one, unless the key does not hold or there is none. */
  readonly count: string;
}

/** Characters of a key's value that are shown: enough for a UUID, and no place for a document. */
const SHOWN = 60;
/** Rows fetched at once: a few hundred kilobytes. */
const AT_ONCE = 2000;
/** Apart from the seeds of the table's own hash. */
const BUCKET_SEED = 3;

const bytesOf = (columns: readonly Column[], encoding: string) => {
  const values = columns.map(({ name, hashedAsText }) => identifier(name, encoding) + (hashedAsText ? '::text' : ''));
  return `record_send(ROW(${values.join(', ')}))`;
};

/** A row without a key is known by a digest, because its contents may be long. */
function identityOf({ columns, key, encoding }: RowShape): string {
  if (!key.length) return `sha256(${bytesOf(columns, encoding)})`;
  return bytesOf(
    columns.filter(({ name }) => key.includes(name)),
    encoding,
  );
}

interface Bucket {
  readonly rows: string;
  readonly first: string;
  readonly second: string;
}

/** Count and hash sums of each of `count` (a power of two) buckets of keys, in one scan. */
export async function readBuckets(
  { client, from }: Rows,
  shape: RowShape,
  count: number,
): Promise<Map<number, Bucket>> {
  const { rows } = await client.query<Bucket & { bucket: number }>(
    `SELECT (hash_array_extended(ARRAY[identity], ${BUCKET_SEED}) & ${count - 1})::int AS bucket, count(*) AS rows,
            sum(hash_array_extended(ARRAY[bytes], 1)) AS first, sum(hash_array_extended(ARRAY[bytes], 2)) AS second
     FROM (SELECT ${identityOf(shape)} AS identity, ${bytesOf(shape.columns, shape.encoding)} AS bytes FROM ${from} OFFSET 0) AS rows
     GROUP BY 1`,
  );
  return new Map(rows.map(({ bucket, ...sums }) => [bucket, sums]));
}

/**
 * The rows of some buckets, in the order of their identities and hashes, `AT_ONCE` at a time through a cursor of this
 * name: memory does not grow with their number.
 */
export async function* readDigests(
  { client, from }: Rows,
  shape: RowShape,
  buckets: { readonly count: number; readonly differing: readonly number[] },
  cursor: string,
): AsyncGenerator<RowDigest> {
  const { columns, key, encoding } = shape;
  const hashes = columns.map((column) => `hash_array_extended(ARRAY[${bytesOf([column], encoding)}], 1)`);
  const shown = key.map((name) => `convert_to(left(${identifier(name, encoding)}::text, ${SHOWN + 1}), '${encoding}')`);
  await client.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
     SELECT identity, concat_ws(' ', hash_array_extended(ARRAY[bytes], 1), hash_array_extended(ARRAY[bytes], 2)) AS hash,
            min("columnHashes") AS "columnHashes", min(shown) AS shown, count(*) AS count
     FROM (SELECT ${identityOf(shape)} AS identity, ${bytesOf(shape.columns, shape.encoding)} AS bytes,
                  ARRAY[${hashes.join(', ')}]::int8[]::text AS "columnHashes", ARRAY[${shown.join(', ')}]::bytea[] AS shown
           FROM ${from} OFFSET 0) AS rows
     WHERE (hash_array_extended(ARRAY[identity], ${BUCKET_SEED}) & ${buckets.count - 1})::int = ANY ('{${buckets.differing.join(',')}}')
     GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  for (;;) {
    const { rows } = await client.query<RowDigest>(`FETCH ${AT_ONCE} FROM ${cursor}`);
    yield* rows;
    if (rows.length < AT_ONCE) break;
  }
  await client.query(`CLOSE ${cursor}`);
}

/** `id = 42`. Quotes only where a name or a value could be taken for another. */
export function describeKey({ key, encoding }: RowShape, shown: RowDigest['shown']): string {
  return key.map((name, at) => `${name} = ${describeValue(shown[at] ?? null, encoding)}`).join(', ');
}

function describeValue(value: Buffer | null, encoding: string): string {
  if (value === null) return 'NULL';
  const text = lettersOf(value, encoding);
  if (text === undefined) {
    const bytes = [...value.subarray(0, SHOWN)].map((byte) =>
      byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    );
    return `"${bytes.join('')}${value.length > SHOWN ? '…' : ''}"`;
  }
  const letters = [...text];
  const cut = letters.length > SHOWN ? `${letters.slice(0, SHOWN).join('')}…` : text;
  return /^[\w.:+-]+…?$/.test(cut) ? cut : JSON.stringify(cut);
}

/** Undefined for bytes that nobody here can read; they are shown as bytes. */
function lettersOf(value: Buffer, encoding: string): string | undefined {
  if (isAscii(value) || (['UTF8', 'SQL_ASCII'].includes(encoding) && isUtf8(value))) return value.toString();
  return encoding === 'LATIN1' ? value.toString('latin1') : undefined;
}
