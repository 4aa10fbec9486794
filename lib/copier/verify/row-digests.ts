import type pg from 'pg';
import { quoted } from '../postgres/row-hash.ts';
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

/** How both sides' rows are told apart. */
export interface RowShape {
  readonly columns: readonly Column[];
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
  /** The key's values as text, cut after `SHOWN` characters. */
  readonly shown: readonly (string | null)[];
  /** How many rows are just like this: one, unless the key does not hold or there is none. */
  readonly count: string;
}

/** Characters of a key's value that are shown: enough for a UUID, and no place for a document. */
const SHOWN = 60;
/** Rows fetched at once: a few hundred kilobytes. */
const AT_ONCE = 2000;
/** Apart from the seeds of the table's own hash. */
const BUCKET_SEED = 3;

const value = ({ name, hashedAsText }: Column) => quoted(name) + (hashedAsText ? '::text' : '');
const bytesOf = (columns: readonly Column[]) => `record_send(ROW(${columns.map(value).join(', ')}))`;

/** A row without a key is known by a digest, because its contents may be long. */
function identityOf({ columns, key }: RowShape): string {
  if (!key.length) return `sha256(${bytesOf(columns)})`;
  return bytesOf(columns.filter(({ name }) => key.includes(name)));
}

export interface Bucket {
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
     FROM (SELECT ${identityOf(shape)} AS identity, ${bytesOf(shape.columns)} AS bytes FROM ${from} OFFSET 0) AS rows
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
  const hashes = shape.columns.map((column) => `hash_array_extended(ARRAY[record_send(ROW(${value(column)}))], 1)`);
  const shown = shape.key.map((name) => `left(${quoted(name)}::text, ${SHOWN + 1})`);
  await client.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
     SELECT identity, concat_ws(' ', hash_array_extended(ARRAY[bytes], 1), hash_array_extended(ARRAY[bytes], 2)) AS hash,
            min("columnHashes") AS "columnHashes", min(shown) AS shown, count(*) AS count
     FROM (SELECT ${identityOf(shape)} AS identity, ${bytesOf(shape.columns)} AS bytes,
                  ARRAY[${hashes.join(', ')}]::int8[]::text AS "columnHashes", ARRAY[${shown.join(', ')}]::text[] AS shown
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
export function describeKey(key: readonly string[], shown: RowDigest['shown']): string {
  return key.map((name, at) => `${name} = ${describeValue(shown[at])}`).join(', ');
}

function describeValue(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'NULL';
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return /^[\w.:+-]+…?$/.test(cut) ? cut : JSON.stringify(cut);
}
