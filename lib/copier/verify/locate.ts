import type { PlannedTable } from '../staged.ts';
import { NAMED_ROWS, type RowDifference, type TableDifferences } from './findings.ts';
import { describeKey, type RowDigest, type RowShape, type Rows, readBuckets, readDigests } from './row-digests.ts';

/** About so many rows in a bucket: what is sorted and fetched for one differing row. */
const ROWS_PER_BUCKET = 256;
/** 65,536 buckets are about 10 MB of sums. */
const MOST_BUCKETS = 1 << 16;

/** A power of two, so that a bucket is a mask of the key's hash. */
const bucketCount = (rows: number) =>
  Math.min(MOST_BUCKETS, 2 ** Math.ceil(Math.log2(Math.max(1, rows / ROWS_PER_BUCKET))));

/**
 * Names the rows in which two sides of one table differ: hash sums of buckets of keys in one scan a side, then the
 * rows of the buckets that differ, merged in the order of their keys. Both sides are read in transactions that are
 * open; memory is bounded, the counts are of all.
 */
export async function locate(
  table: Pick<PlannedTable, 'schema' | 'name'>,
  shape: RowShape,
  source: Rows,
  target: Rows,
  rows: number,
): Promise<TableDifferences> {
  const count = bucketCount(rows);
  const [here, there] = await both(source, target, (side) => readBuckets(side, shape, count));
  const differing = [...new Set([...here.keys(), ...there.keys()])].filter((bucket) => {
    const [a, b] = [here.get(bucket), there.get(bucket)];
    return a?.rows !== b?.rows || a?.first !== b?.first || a?.second !== b?.second;
  });
  const found: TableDifferences = {
    table: `${table.schema}.${table.name}`,
    key: [...shape.key],
    ...{ missing: 0, unexpected: 0, changed: 0, duplicated: 0 },
    rows: [],
  };
  if (!differing.length) return found;
  const name: Name = (kind, of, times, columns) => {
    found[kind] += times;
    if (!shape.key.length || found.rows.length === NAMED_ROWS) return;
    found.rows.push({ kind, key: describeKey(shape, of.shown), ...(columns && { columns }) });
  };
  const buckets = { count, differing };
  const merged = pairs(
    groups(readDigests(source, shape, buckets, 'passage_source_rows')),
    groups(readDigests(target, shape, buckets, 'passage_target_rows')),
  );
  for await (const [from, to] of merged) compareGroup(from, to, shape, name);
  return found;
}

type Name = (kind: RowDifference['kind'], of: RowDigest, times: number, columns?: string[]) => void;

/** All rows of one identity on both sides; with a key there is one on each, unless the key no longer holds. */
function compareGroup(from: readonly RowDigest[], to: readonly RowDigest[], shape: RowShape, name: Name): void {
  if (!from.length || !to.length) {
    for (const row of from) name('missing', row, Number(row.count));
    for (const row of to) name('unexpected', row, Number(row.count));
    return;
  }
  const [gone, come] = [without(from, to), without(to, from)];
  const sum = (of: readonly Remaining[]) => of.reduce((total, { times }) => total + times, 0);
  const changed = Math.min(sum(gone), sum(come));
  const [before, now] = [gone[0], come[0]];
  if (changed && before && now) name('changed', before.row, changed, differingColumns(before.row, now.row, shape));
  if (before && sum(gone) > changed) name('missing', before.row, sum(gone) - changed);
  if (now && sum(come) > changed) name('duplicated', now.row, sum(come) - changed);
}

interface Remaining {
  readonly row: RowDigest;
  readonly times: number;
}

/** What one side has more of than the other. */
function without(rows: readonly RowDigest[], others: readonly RowDigest[]): Remaining[] {
  const counts = new Map(others.map(({ hash, count }) => [hash, Number(count)]));
  return rows
    .map((row) => ({ row, times: Number(row.count) - (counts.get(row.hash) ?? 0) }))
    .filter(({ times }) => times > 0);
}

function differingColumns(a: RowDigest, b: RowDigest, { columns }: RowShape): string[] {
  const [ours, theirs] = [a, b].map(({ columnHashes }) => columnHashes.slice(1, -1).split(','));
  return columns.flatMap(({ name }, at) => (ours?.[at] === theirs?.[at] ? [] : [name]));
}

/** Rows that follow each other with the same identity. */
async function* groups(rows: AsyncGenerator<RowDigest>): AsyncGenerator<RowDigest[]> {
  let group: RowDigest[] = [];
  for await (const row of rows) {
    const [first] = group;
    if (first && !first.identity.equals(row.identity)) {
      yield group;
      group = [];
    }
    group.push(row);
  }
  if (group.length) yield group;
}

/** Merges two ordered streams: what has the same identity comes together. */
async function* pairs(
  source: AsyncGenerator<RowDigest[]>,
  target: AsyncGenerator<RowDigest[]>,
): AsyncGenerator<[RowDigest[], RowDigest[]]> {
  const next = async (of: AsyncGenerator<RowDigest[]>) => (await of.next()).value as RowDigest[] | undefined;
  let from = await next(source);
  let to = await next(target);
  while (from || to) {
    const order = !from ? 1 : !to ? -1 : Buffer.compare(identity(from), identity(to));
    yield [order <= 0 ? (from ?? []) : [], order >= 0 ? (to ?? []) : []];
    if (order <= 0) from = await next(source);
    if (order >= 0) to = await next(target);
  }
}

const identity = (group: readonly RowDigest[]) => (group[0] as RowDigest).identity;

/** Side by side, unless both are read through one session. */
async function both<T>(source: Rows, target: Rows, read: (side: Rows) => Promise<T>): Promise<[T, T]> {
  if (source.client !== target.client) return await Promise.all([read(source), read(target)]);
  return [await read(source), await read(target)];
}
